"""Writes the letter: quotes from the passages in a short frame, each with its number, and a label that says so."""

from typing import Any

from gateway.models.offline.choose import Quote, choose
from gateway.models.offline.frames import Frame, frame_for
from gateway.models.request import DraftRequest, PromptPassage

MOST_SURE = 0.9  # it has matched words, it has understood nothing


def compose(request: DraftRequest) -> dict[str, Any]:
    """The reply in the shape that every model is asked for. The same request gives the same letter."""
    frame = frame_for(request.language)
    chosen = choose(request)
    if not chosen.quotes:
        body = [frame.nothing]
    else:
        body = [frame.intro, *(quoted(quote, frame, request.language) for quote in chosen.quotes)]
        if chosen.open_questions:
            body.append(frame.partly)
    letter = [frame.greeting, *body, request.voice.sign_off or frame.closing, frame.label]
    asked = len(chosen.quotes) + len(chosen.open_questions)
    sure = sum(quote.coverage for quote in chosen.quotes) / asked if asked else 0.0
    return {
        "reply": "\n\n".join(letter),
        "citations": [],
        "confidence": round(min(sure, MOST_SURE), 2),
        "open_questions": list(chosen.open_questions),
        "suggested_tags": [],
        "knows": bool(chosen.quotes),
    }


def quoted(quote: Quote, frame: Frame, language: str) -> str:
    """One quote under its title. Sentences of one paragraph stay together; each ends with its number."""
    passage = quote.units[0].passage
    lines = [source_line(passage, frame, language)]
    paragraph = None
    for unit in quote.units:
        leads = unit.listed and not unit.lines[0].startswith("- ")
        marked = [f"{line} [{passage.number}]" if place or not leads else line for place, line in enumerate(unit.lines)]
        if unit.paragraph == paragraph and not unit.listed:
            lines[-1] = " ".join([lines[-1], *marked])
        else:
            lines += marked
        paragraph = unit.paragraph
    return "\n".join(lines)


def source_line(passage: PromptPassage, frame: Frame, language: str) -> str:
    """Where a quote is from, and that it is not in the requester's language where that is so."""
    other = passage.language is not None and passage.language[:2].lower() != language[:2].lower()
    return (frame.foreign if other else frame.source).format(title=passage.title)
