"""Is it a whole, plain text of a fitting length?"""

import re
from collections.abc import Iterator

from gateway.workflow.checks.findings import Checked, Finding, Kind, Severity, whole

_FEWEST_LETTERS = 15
_ENDED = re.compile(r"[.!?…。！？:)\]\"'”»>*_~`\d–—-]\s*$|[\U0001f300-\U0001faff]\s*$")
_SHORT_LINE = 45
_ITEM = re.compile(r"[-*•|]|\d{1,2}[.)]")
_HTML = re.compile(r"</?[a-z][a-z0-9-]{0,20}(?:\s[^<>]{0,500})?/?>|<!--", re.IGNORECASE)
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\s?[\[(]")
_SCHEME = re.compile(r"\b(?:javascript|data|vbscript|file):[^\s]", re.IGNORECASE)
_FENCE = re.compile(r"^\s{0,3}```", re.MULTILINE)
_JSON = re.compile(r"^\s*[{\[]\s*\"|\"(?:reply|citations|confidence)\"\s*:")
# Liquid, Handlebars, Mustache, Freemarker, JSP: what help desks expand in a text that they send.
_TEMPLATE = re.compile(r"\{\{|\}\}|\{%|%\}|\$\{|#\{|<%|%>|\[\[[A-Za-z._ ]{1,60}\]\]|\{[A-Za-z_][\w.]{1,60}\}")


def empty(checked: Checked) -> Iterator[Finding]:
    letters = sum(map(str.isalnum, checked.text))
    if letters == 0:
        yield whole(Kind.EMPTY, Severity.STOP, "The draft is empty.")
    elif letters < _FEWEST_LETTERS:
        yield whole(Kind.EMPTY, Severity.STOP, "The draft says next to nothing.")


def cut_off(checked: Checked) -> Iterator[Finding]:
    """The model said that it stopped early, or the last line ends in the middle of a sentence."""
    if checked.cut:
        yield whole(Kind.CUT_OFF, Severity.STOP, "The model stopped before the end of its reply.")
        return
    text = checked.text.rstrip()
    last = text.rsplit("\n", 1)[-1].strip()
    if len(last) > _SHORT_LINE and not _ENDED.search(last) and not _ITEM.match(last) and last.isascii():
        yield Finding(Kind.CUT_OFF, Severity.CONCERN, len(text) - len(last), len(text), "The last sentence has no end.")


def too_long(checked: Checked) -> Iterator[Finding]:
    if len(checked.text) > checked.most_characters:
        detail = f"The draft has {len(checked.text)} characters; this channel takes {checked.most_characters}."
        yield Finding(Kind.TOO_LONG, Severity.STOP, checked.most_characters, len(checked.text), detail)


def markup(checked: Checked) -> Iterator[Finding]:
    """HTML, images, executable links, code and raw JSON have no place in a reply to a person."""
    for pattern, severity, detail in (
        (_HTML, Severity.STOP, "There is HTML in the draft."),
        (_IMAGE, Severity.STOP, "There is an image in the draft."),
        (_SCHEME, Severity.STOP, "There is a link in the draft that runs code or reads files."),
        (_JSON, Severity.STOP, "There is raw structure of the model's answer in the draft."),
        (_FENCE, Severity.CONCERN, "There is a block of code in the draft."),
    ):
        for match in pattern.finditer(checked.text):
            yield Finding(Kind.MARKUP, severity, *match.span(), detail)


def template_syntax(checked: Checked) -> Iterator[Finding]:
    """Some help desks expand such marks when the text is sent: they could print anything of the ticket."""
    for match in _TEMPLATE.finditer(checked.text):
        detail = "There are marks in the draft that a help desk may expand as a template."
        yield Finding(Kind.TEMPLATE_SYNTAX, Severity.STOP, *match.span(), detail)


def unknown_placeholder(checked: Checked) -> Iterator[Finding]:
    for name in checked.unknown_placeholders:
        at = max(0, checked.text.find(name))
        detail = "The draft holds a placeholder that stands for nothing."
        yield Finding(Kind.UNKNOWN_PLACEHOLDER, Severity.STOP, at, at + len(name), detail)
