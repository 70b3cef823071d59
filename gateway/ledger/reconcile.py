"""Holds a provider's export against the ledger, by day and model, and says why they differ as far as is known."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from gateway.ledger.invoices import Billed, Invoice, key_of

OFFSETS = range(-12, 15)  # hours by which a day may begin before or after UTC's


@dataclass(slots=True)
class Called:
    """What the ledger has of one model: of an hour, and added up of a day."""

    model: str
    calls: int = 0
    input: int = 0
    output: int = 0
    usd: Decimal = Decimal(0)
    priced: int = 0
    unpriced: int = 0
    bound: Decimal = Decimal(0)  # of those without a price
    uncounted: int = 0
    abandoned: int = 0
    suspect: int = 0

    def add(self, other: "Called") -> None:
        for name in ("calls", "input", "output", "priced", "unpriced", "uncounted", "abandoned", "suspect"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.usd, self.bound = self.usd + other.usd, self.bound + other.bound


Hours = Sequence[tuple[datetime, Called]]


@dataclass(slots=True)
class Line:
    """One day and model on both sides; None on a side that has nothing of it. `why`: what explains the difference."""

    day: date
    model: str
    theirs: Billed | None
    ours: Called | None
    why: list[str] = field(default_factory=list)

    @property
    def input(self) -> int | None:
        return self._by(lambda theirs: theirs.input, lambda ours: ours.input)

    @property
    def output(self) -> int | None:
        return self._by(lambda theirs: theirs.output, lambda ours: ours.output)

    @property
    def tokens(self) -> int | None:
        """How many more the provider counted; None where it told none."""
        told = [number for number in (self.input, self.output) if number is not None]
        return sum(told) if told else None

    @property
    def usd(self) -> Decimal | None:
        """How much more the provider asks for; None where it told no money, and where nobody knows ours."""
        if self.theirs is not None and self.theirs.usd is None:
            return None
        if self.ours is not None and self.ours.calls and not self.ours.priced:
            return None
        return (self.theirs.usd or Decimal(0) if self.theirs else Decimal(0)) - (self.ours.usd if self.ours else 0)

    @property
    def differs(self) -> bool:
        priceless = self.theirs is not None and self.theirs.usd is not None and self.usd is None
        return bool(self.input or self.output or self.usd or priceless)

    def _by(self, theirs: Callable[[Billed], int | None], ours: Callable[[Called], int]) -> int | None:
        told = theirs(self.theirs) if self.theirs else 0
        return None if told is None else told - (ours(self.ours) if self.ours else 0)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Both sides beside each other. `better`: if days began so many hours from UTC, they would agree more."""

    lines: Sequence[Line]
    off: Decimal | None
    better: int | None


def reconcile(invoice: Invoice, hours: Hours, offset: int = 0) -> Reconciled:
    """`offset`: at how many hours from UTC the days of the invoice begin, as a time zone is written."""
    unnamed = all(not model for _, model in invoice)  # not grouped by model: then days alone are compared
    lines = _lines(invoice, hours, offset, unnamed=unnamed)
    misses = {other: _missed(_lines(invoice, hours, other, unnamed=unnamed)) for other in OFFSETS}
    best = min(OFFSETS, key=lambda other: (misses[other], abs(other - offset)))
    better = best if misses[best] * 10 < misses[offset] else None
    for line in lines:
        line.why += _why(line, lines, better)
    return Reconciled(lines, _off(lines), better)


def _lines(invoice: Invoice, hours: Hours, offset: int, *, unnamed: bool) -> list[Line]:
    first, last = min(day for day, _ in invoice), max(day for day, _ in invoice)
    ours: dict[tuple[date, str], Called] = {}
    for hour, called in hours:
        day = (hour + timedelta(hours=offset)).date()
        if first <= day <= last:
            key = day, "" if unnamed else key_of(called.model)
            ours.setdefault(key, Called(called.model)).add(called)
    lines = []
    for day, model in sorted(invoice.keys() | ours.keys()):
        theirs, called_ = invoice.get((day, model)), ours.get((day, model))
        name = (theirs.model if theirs else called_.model if called_ else "") if model else ""
        lines.append(Line(day, name, theirs, called_))
    return lines


def _missed(lines: Iterable[Line]) -> Decimal:
    """How far both sides are apart, in tokens, or in money where no tokens were told."""
    told = list(lines)
    tokens = [abs(line.input or 0) + abs(line.output or 0) for line in told if line.tokens is not None]
    counted = any(line.theirs and line.theirs.input is not None for line in told)
    return Decimal(sum(tokens)) if counted else sum((abs(line.usd or Decimal(0)) for line in told), Decimal(0))


def _off(lines: Sequence[Line]) -> Decimal | None:
    """The share by which both sides differ, of money or of tokens, whichever is more. Models do not make up for each
    other, days of one model do: where a day begins is no difference. A cost that we do not know counts as missing."""
    models = {key_of(line.model) for line in lines}
    shares = []
    for theirs, ours in (
        (lambda billed: billed.usd, lambda called: called.usd),
        (_tokens_of, lambda called: Decimal(called.input + called.output)),
    ):
        if not any(line.theirs and theirs(line.theirs) is not None for line in lines):
            continue
        apart = billed_sum = called_sum = Decimal(0)
        for model in models:
            of = [line for line in lines if key_of(line.model) == model]
            billed = sum((theirs(line.theirs) or Decimal(0) for line in of if line.theirs), Decimal(0))
            called = sum((ours(line.ours) for line in of if line.ours), Decimal(0))
            apart, billed_sum, called_sum = apart + abs(billed - called), billed_sum + billed, called_sum + called
        most = max(billed_sum, called_sum)
        shares.append(apart / most if most > 0 else Decimal(1 if apart else 0))
    return max(shares) if shares else None


def _tokens_of(billed: Billed) -> Decimal | None:
    told = [number for number in (billed.input, billed.output) if number is not None]
    return Decimal(sum(told)) if told else None


def _why(line: Line, lines: Sequence[Line], better: int | None) -> list[str]:
    """What is known that may be the reason, the surest first."""
    if not line.differs:
        return []
    same = [other for other in lines if key_of(other.model) == key_of(line.model)]
    if better is not None and len(same) > 1 and not sum(other.tokens or 0 for other in same):
        return [f"the days together agree: days begin at another hour (UTC{better:+d})"]
    theirs, ours = line.theirs, line.ours
    if ours is None:
        return ["not in our ledger: something else calls this provider" if line.model else "a charge without a model"]
    if theirs is None:
        return ["not in the file: exported too early, or called with another organisation's key"]
    why = []
    if line.usd and not line.tokens and abs(line.usd) <= _rounded_away(theirs):
        return ["rounding"]
    if ours.unpriced:
        enough = ", which is enough" if line.usd is not None and 0 < line.usd <= ours.bound else ""
        why.append(f"{ours.unpriced} calls without a price, at most {ours.bound.normalize():f} USD{enough}")
    if ours.uncounted:
        why.append(f"{ours.uncounted} calls that told no tokens")
    if ours.abandoned:
        why.append(f"{ours.abandoned} calls whose process died: the provider may have counted them")
    if ours.suspect:
        why.append(f"{ours.suspect} calls whose told tokens cannot be right")
    if line.tokens == 0 and line.usd and ours.usd and not ours.unpriced:
        why.append(f"the tokens agree, the price is {line.usd / ours.usd:+.1%} off: a discount, or an old price")
    return why or ["not explained"]


def _rounded_away(theirs: Billed) -> Decimal:
    """The most that disappears where so many amounts are rounded to the last digit that is told."""
    exponent = theirs.usd.as_tuple().exponent if theirs.usd is not None else 0
    return Decimal(5).scaleb(int(exponent) - 1) * max(theirs.rows, 1)
