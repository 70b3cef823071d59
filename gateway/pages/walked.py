"""A run as its page tells it: the story with each step's keeps read into shapes, and the stops drawn to scale."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gateway.pages import shapes
from gateway.pages.explanation import Explanation
from gateway.pages.shapes import Shape
from gateway.pages.stops import Stop, stops
from gateway.store.reports import Story

DATA: Mapping[str, type[Shape]] = {
    "context": shapes.ContextData,
    "screen": shapes.ScreenData,
    "ground": shapes.GroundData,
    "draft": shapes.DraftData,
    "check": shapes.CheckData,
    "decide": shapes.DecideData,
}
CONTENT: Mapping[str, type[Shape]] = {
    "context": shapes.ContextContent,
    "screen": shapes.ScreenContent,
    "draft": shapes.DraftContent,
    "check": shapes.CheckContent,
}


@dataclass(frozen=True)
class Walked:
    """What the templates ask for."""

    story: Story

    @cached_property
    def stops(self) -> list[Stop]:
        return stops(self.story)

    @cached_property
    def run(self) -> shapes.RunData:
        return shapes.RunData.read(self.story.run)

    def data(self, step: str) -> Shape:
        return DATA[step].read(self._kept(step, "data"))

    def content(self, step: str) -> Shape:
        return CONTENT[step].read(self._kept(step, "content"))

    def erased(self, step: str) -> bool:
        """The step kept a text once, and the requester had it removed."""
        return bool(self._kept(step, "erased"))

    @property
    def draft(self) -> str | None:
        """The proposed text with placeholders, and with its citations where they are known."""
        drafted = shapes.DraftContent.read(self._kept("draft", "content"))
        return drafted.marked or drafted.masked

    @property
    def subject(self) -> str | None:
        return shapes.ScreenContent.read(self._kept("screen", "content")).subject

    @property
    def cited(self) -> Collection[int]:
        """The passages that a citation can link to."""
        ground = shapes.GroundData.read(self._kept("ground", "data"))
        return {passage.number for passage in ground.passages or () if passage.number is not None}

    @property
    def offered(self) -> int:
        """How many passages the model was shown: internal ones are not among them."""
        ground = shapes.GroundData.read(self._kept("ground", "data"))
        return sum(passage.public is not False for passage in ground.passages or ())

    @property
    def verdict(self) -> str | None:
        story = self.story
        said = (story.run and story.run["verdict"]) or (story.decision and story.decision["verdict"])
        return said or shapes.DecideData.read(self._kept("decide", "data")).verdict

    @property
    def because(self) -> list[str]:
        return shapes.DecideData.read(self._kept("decide", "data")).because or self.explanation.because or []

    @cached_property
    def explanation(self) -> Explanation:
        return Explanation.read(self.story.decision and self.story.decision["explanation"])

    @property
    def findings(self) -> list[shapes.Finding] | None:
        """With their details where those were kept; None where nobody looked."""
        plain = shapes.CheckData.read(self._kept("check", "data")).findings
        kept = shapes.CheckContent.read(self._kept("check", "content"))
        if kept.findings is not None or plain is None or not kept.details:
            return kept.findings or plain
        told = [*kept.details, *[None] * len(plain)]
        return [finding.model_copy(update={"detail": detail}) for finding, detail in zip(plain, told, strict=False)]

    def _kept(self, step: str, part: str) -> Any:
        kept = self.story.steps.get(step)
        return getattr(kept, part) if kept else None
