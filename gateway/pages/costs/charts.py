"""Where the bars and lines of a chart are. Across it is per cent, so that it fits any width; down it is pixels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10

from gateway.pages.costs.sheets import day as short

TOP, BASE = 12, 172  # of the picture: the highest tick, and the axis, below which there is room for the days
FEWEST = 7  # days that a picture has room for; a single bar would be a wall
UNPRICED = "unpriced"  # the tone of what nobody knows the price of: hatched
TONES = 9  # colours that can be told apart


@dataclass(frozen=True, slots=True)
class Series:
    """One colour: a value for each day; None where there is none to tell."""

    name: str
    tone: str
    values: Sequence[float | None]
    told: Sequence[str]  # each value in words, for whoever points at it


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle; `title` appears when it is pointed at."""

    tone: str
    x: str
    y: str
    width: str
    height: str
    title: str


@dataclass(frozen=True, slots=True)
class Dot:
    tone: str
    x: str
    y: str
    title: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one day's dot to the next day's."""

    tone: str
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True, slots=True)
class Tick:
    y: str
    text: str


@dataclass(frozen=True, slots=True)
class DayMark:
    """`wide`: left out where there is little room."""

    x: str
    text: str
    wide: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """`label` is what is heard in place of the picture; the table beneath it has the numbers."""

    label: str
    ticks: Sequence[Tick]
    marks: Sequence[DayMark]
    legend: Sequence[tuple[str, str]]  # tone, name
    columns: Sequence[Piece] = ()  # a whole day each, invisible, so that small bars can be pointed at
    pieces: Sequence[Piece] = ()
    stretches: Sequence[Stretch] = ()
    dots: Sequence[Dot] = ()


def stacked(
    label: str, days: Sequence[date], series: Sequence[Series], totals: Sequence[str], axis: Callable[[float], str]
) -> Chart:
    """Bars of a day, one colour upon the other; `totals` tells a day in words."""
    sums = [sum(one.values[at] or 0 for one in series) for at in range(len(days))]
    top, ticks = _scale(max(sums, default=0), axis)
    slot = 100 / max(len(days), FEWEST)
    pieces = []
    for at in range(len(days)):
        floor_ = 0.0
        for one in series:
            value = one.values[at] or 0
            if value > 0:
                y, base = _y(floor_ + value, top), _y(floor_, top)
                height = max(base - y, 1.0)  # what is there can be seen
                pieces.append(
                    Piece(
                        one.tone,
                        f"{(at + 0.14) * slot:.3f}%",
                        f"{base - height:.1f}",
                        f"{0.72 * slot:.3f}%",
                        f"{height:.1f}",
                        f"{days[at]}: {one.name} {one.told[at]}",
                    )
                )
                floor_ += value
    return Chart(
        label,
        ticks,
        _marks(days, slot),
        [(one.tone, one.name) for one in series],
        columns=_columns(days, slot, totals),
        pieces=pieces,
    )


def lines(label: str, days: Sequence[date], series: Sequence[Series], axis: Callable[[float], str]) -> Chart:
    """A line a series, with a gap on days that have nothing to tell."""
    top, ticks = _scale(max((value or 0 for one in series for value in one.values), default=0), axis)
    slot = 100 / max(len(days), FEWEST)
    dots, stretches = [], []
    for one in series:
        was: tuple[float, float] | None = None
        for at, value in enumerate(one.values):
            here = None if value is None else ((at + 0.5) * slot, _y(value, top))
            if here is not None:
                dots.append(
                    Dot(one.tone, f"{here[0]:.3f}%", f"{here[1]:.1f}", f"{days[at]}: {one.name} {one.told[at]}")
                )
                if was is not None:
                    ends = f"{was[0]:.3f}%", f"{was[1]:.1f}", f"{here[0]:.3f}%", f"{here[1]:.1f}"
                    stretches.append(Stretch(one.tone, *ends))
            was = here
    totals = [", ".join(f"{one.name} {one.told[at]}" for one in series) for at in range(len(days))]
    legend = [(one.tone, one.name) for one in series]
    columns = _columns(days, slot, totals)
    return Chart(label, ticks, _marks(days, slot), legend, columns=columns, stretches=stretches, dots=dots)


def _y(value: float, top: float) -> float:
    return BASE - (BASE - TOP) * value / top


def _scale(most: float, axis: Callable[[float], str]) -> tuple[float, Sequence[Tick]]:
    """The end of the axis, and three or four round numbers on it."""
    if most <= 0:
        return 1.0, [Tick(str(BASE), "0")]
    rough = most / 3
    unit = 10.0 ** floor(log10(rough))
    step = next(unit * times for times in (1, 2, 2.5, 5, 10) if unit * times >= rough * 0.999)
    count = ceil(most / step * 0.999)
    return step * count, [
        Tick(f"{_y(step * at, step * count):.1f}", axis(step * at) if at else "0") for at in range(count + 1)
    ]


def _marks(days: Sequence[date], slot: float) -> Sequence[DayMark]:
    """Six days at most have their name; every other one of them where it is narrow."""
    every = max(1, ceil(len(days) / 6))
    return [
        DayMark(f"{(at + 0.5) * slot:.3f}%", short(days[at]), wide=bool(at // every % 2))
        for at in range(0, len(days), every)
    ]


def _columns(days: Sequence[date], slot: float, totals: Sequence[str]) -> Sequence[Piece]:
    return [
        Piece("day", f"{at * slot:.3f}%", str(TOP), f"{slot:.3f}%", str(BASE - TOP), f"{days[at]}: {totals[at]}")
        for at in range(len(days))
    ]
