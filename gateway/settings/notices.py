"""Who is told outside the help desk: the mail server, an address for machines, and who is meant by a name."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from gateway.settings.entry import RULES, Name
from gateway.settings.secret import SecretName

Address = Annotated[str, Field(pattern=r"^[^@\s<>,;]{1,64}@[^@\s<>,;]{1,190}$", max_length=254)]


class MailEntry(BaseModel):
    """An SMTP server that takes our mail."""

    model_config = RULES

    server: str = Field(min_length=1)
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: Address
    user: str | None = None
    password: SecretName | None = None

    @model_validator(mode="after")
    def _both(self) -> "MailEntry":
        if (self.user is None) != (self.password is None):
            raise ValueError("give both user and password, or neither")
        return self


class HookEntry(BaseModel):
    """Gets every notice as JSON, with a `text` that chat tools show. The address is a secret where it holds a key."""

    model_config = RULES

    url: SecretName
    allow_private_network: bool = False


class NoticesEntry(BaseModel):
    """Without mail and webhook notices stand in the log alone."""

    model_config = RULES

    mail: MailEntry | None = None
    webhook: HookEntry | None = None
    # Names that policies tell under `notify`. Groups and people of this file need no entry: their addresses are known.
    to: dict[Name, list[Address]] = {}
    operators: list[Address] = []  # told of what concerns no account: a refused edit of the policies
