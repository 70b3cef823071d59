"""What models and people cost, and how much may be spent: prices, budgets and rates of `countersign.yaml`."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from gateway.settings.entry import RULES, Name, Owner

_AMOUNT = re.compile(r"(\d{1,9}(?:[.]\d{1,12})?) USD")


def _usd(told: Any) -> Decimal:
    """`50.00 USD` as a number. Another currency is refused: nobody here knows what it is worth."""
    found = _AMOUNT.fullmatch(told) if isinstance(told, str) else None
    if found is None:
        raise ValueError("write an amount such as 50.00 USD; prices of models are in USD, and nothing is converted")
    return Decimal(found[1])


Usd = Annotated[Decimal, BeforeValidator(_usd)]


class PriceEntry(BaseModel):
    """USD per million tokens."""

    model_config = RULES

    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)
    cached_read: Decimal | None = Field(None, ge=0)
    cached_write: Decimal | None = Field(None, ge=0)
    reasoning: Decimal | None = Field(None, ge=0)
    valid_from: date | None = Field(None, description="2026-11-01: from this day on, in UTC; left out: always")


class BudgetEntry(BaseModel):
    """How much may be spent on models. Without account and queue it is for all of them together."""

    model_config = RULES

    owner: Owner
    limit: Annotated[Usd, Field(gt=0)]
    per: Literal["ticket", "day", "month"]
    account: Name | None = None
    queue: str | None = Field(None, min_length=1, description="as the help desk calls it")
    cheaper: Name | None = Field(None, description="a route of models, asked where the money does not reach further")


class RatesEntry(BaseModel):
    """What people cost, so that their time can stand beside that of models. `source`: where the numbers are from."""

    model_config = RULES

    reviewer_per_hour: Usd
    by_hand_minutes: float = Field(gt=0, le=600, description="an answer by hand takes so long")
    source: str = Field(min_length=3)


class GoalEntry(BaseModel):
    """What an owner wants to reach, which the monthly report is held against. `source`: who agreed on it, or where."""

    model_config = RULES

    acceptance: str = Field(pattern=r"^(100|[1-9][0-9]?)%$", description="60% of the drafts that people judge")
    source: str = Field(min_length=3)

    @property
    def share(self) -> float:
        """0 to 1."""
        return float(self.acceptance[:-1]) / 100
