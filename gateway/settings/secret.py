"""Where a secret is. The secret itself stands in no file of ours."""

import os
from pathlib import Path

from pydantic import BaseModel, Field, SecretStr, model_validator

from gateway.settings.entry import RULES


class SecretName(BaseModel):
    """Where a secret is: the name of an environment variable, or a file. Never the secret itself."""

    model_config = RULES

    env: str | None = Field(None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    file: Path | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "SecretName":
        if (self.env is None) == (self.file is None):
            raise ValueError("give either env (the name of a variable) or file (a path)")
        return self

    def read(self) -> SecretStr | None:
        """The secret, or None where the place is empty."""
        if self.env is not None:
            value = os.environ.get(self.env, "")
        else:
            assert self.file is not None
            value = _text_of(self.file)
        return SecretStr(value) if value else None

    def __str__(self) -> str:
        return f"environment variable {self.env}" if self.env else f"file {self.file}"


def _text_of(file: Path) -> str:
    """What a file holds; nothing where it cannot be read as text."""
    try:
        return file.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""
