"""What the fault suite measured, for the table at its end."""

from dataclasses import dataclass, field


@dataclass
class Figures:
    """Rows of area, what was measured, the goal, and the figure."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def tell(self, area: str, what: str, goal: object, measured: object) -> None:
        self.rows.append((area, what, str(goal), str(measured)))

    def table(self) -> list[str]:
        heads = ("area", "what", "goal", "measured")
        widths = [max(len(row[column]) for row in (heads, *self.rows)) for column in range(4)]
        lines = [
            "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
            for row in (heads, *self.rows)
        ]
        return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


FIGURES = Figures()
