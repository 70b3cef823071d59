"""What somebody wrote, without what their mail program put around it."""

import re
from dataclasses import dataclass, field

from gateway.screening.mail import without_mail_parts
from gateway.screening.markup import page_text
from gateway.screening.normalise import LIMIT, normalise

_TRACKED = re.compile(
    r"([?&](?:utm_\w{1,20}|fbclid|gclid|mc_[ce]id|_hs\w{1,6}|mkt_tok|trk\w{0,10})=[^\s&#<>\"')]{0,500})+"
)
_MARKDOWN_IMAGE = re.compile(r"!\[[^\]\n]{0,200}\]\([^)\n]{0,2000}\)")
_RAW_FACTOR = 10


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`text` is the message itself. `removed` names what went: `quote`, `signature`, `disclaimer`, `tracking`,
    `script`, `style`, `hidden`, `cut`, `control`, `zero_width`, `bidi`, `tags`, `wide`, `mojibake`, `surrogate`.
    `hidden` is what a reader could not see, `quoted` what was not of this message: both for the injection check
    only."""

    text: str = field(repr=False)
    removed: frozenset[str] = frozenset()
    hidden: str = field(default="", repr=False)
    quoted: str = field(default="", repr=False)

    @property
    def cut(self) -> bool:
        """Some of the message was too long to be looked at."""
        return "cut" in self.removed


def clean(body: str, format: str = "text", *, limit: int = LIMIT) -> Cleaned:
    """The message of a body in `text`, `html` or `markdown`, at most `limit` characters. Never fails.

    Where nothing but quoted text was sent (a forwarded mail, answers inside a quote), the quoted text is the message.
    """
    hidden = quoted = ""
    removed: set[str] = set()
    if format == "html":
        page = page_text(body)
        removed |= page.removed
        body, hidden, quoted = page.text or page.quoted, page.hidden, page.quoted if page.text else ""
    elif len(body) > limit * _RAW_FACTOR:
        body = body[: limit * _RAW_FACTOR]
    normal = normalise(body, limit=limit)
    removed |= normal.found
    text, tracked = _TRACKED.subn("", _without_images(normal.text, format))
    if tracked:
        removed.add("tracking")
    mail = without_mail_parts(text)
    return Cleaned(
        mail.text, frozenset(removed | mail.removed), _joined(hidden, normal.hidden), _joined(quoted, mail.quoted)
    )


def file_text(body: str, format: str = "text", *, limit: int = LIMIT) -> Cleaned:
    """The text of an attached file: no mail, so that nothing of it is a quote or a signature. Never fails."""
    hidden = ""
    removed: set[str] = set()
    if format == "html":
        page = page_text(body)
        removed |= page.removed
        body, hidden = _joined(page.text, page.quoted), page.hidden
    normal = normalise(body[: limit * _RAW_FACTOR], limit=limit)
    return Cleaned(normal.text.strip(), frozenset(removed | normal.found), _joined(hidden, normal.hidden))


def typed(body: str, format: str = "text", *, limit: int = LIMIT) -> str:
    """The words of a body as somebody typed them: markup gone, and nothing else. For what a colleague writes to us."""
    if format == "html":
        page = page_text(body)
        body = page.text or page.quoted
    return normalise(body[: limit * _RAW_FACTOR], limit=limit).text.strip()


def _without_images(text: str, format: str) -> str:
    return _MARKDOWN_IMAGE.sub("", text) if format == "markdown" else text


def _joined(*texts: str) -> str:
    return "\n".join(filter(None, texts))[:LIMIT]
