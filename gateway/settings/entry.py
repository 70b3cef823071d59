"""What all entries of `countersign.yaml` share: no unknown key, a name, and an owner."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


RULES = ConfigDict(extra="forbid", frozen=True)


class Owner(BaseModel):
    """Who answers for it."""

    model_config = RULES

    team: str = Field(min_length=1)
    contact: str = Field(min_length=3)
