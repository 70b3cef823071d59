"""Does a draft say what somebody else put into its mouth?"""

from collections.abc import Iterator

from gateway.workflow.checks.findings import Checked, Finding, Kind, Severity
from gateway.workflow.checks.sentences import sentences
from gateway.workflow.checks.shingles import folded, overlaps, shingles

_FEWEST_WORDS = 4
_COPIED_WORDS = 12


def echo(checked: Checked) -> Iterator[Finding]:
    """A sentence of the ticket that comes back word for word, and that no source holds: an answer has words of its own.
    Whoever steers a model begins with having it repeat something."""
    heard = [folded(text) for text in (checked.question, checked.heard)]
    sources = [folded(f"{source.title} {source.text}") for source in checked.citable]
    end = -1
    for sentence in sentences(checked.text):
        said = folded(sentence.text)
        if len(said.split()) < _FEWEST_WORDS or any(_holds(source, said) for source in sources):
            continue
        if any(_holds(text, said) for text in heard):
            end = sentence.end
            yield _finding(sentence.start, end)
    public = [source.text for source in checked.citable]
    copied = shingles((checked.question, checked.heard), _COPIED_WORDS)
    for start, stop in overlaps(checked.text, copied, _COPIED_WORDS, except_in=public):
        if start > end:
            yield _finding(start, stop)


def _holds(text: str, said: str) -> bool:
    return f" {said} " in f" {text} "


def _finding(start: int, end: int) -> Finding:
    return Finding(Kind.ECHO, Severity.CONCERN, start, end, "These words are from the ticket and from no source.")
