"""What an HTML element in a mail is: text, quote, signature, or something that a reader never sees."""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

Attributes = Mapping[str, str | None]

PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "pre"})
BLOCKS = PARAGRAPHS | {
    *("address", "article", "aside", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form"),
    *("header", "hr", "li", "main", "nav", "section", "tbody", "tfoot", "thead", "tr"),
}
NEVER: Mapping[str, str | None] = {
    **dict.fromkeys(("script", "noscript", "object", "embed", "iframe", "applet", "svg", "canvas"), "script"),
    **dict.fromkeys(("template", "select", "option", "textarea", "input"), "hidden"),
    **dict.fromkeys(("link", "meta", "title", "base", "-comment", "-doctype"), None),
    "style": "style",
}
"""Elements whose content is no text, with what to call their removal; None where that is not worth saying."""

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all|text-indent\s*:\s*-\d{3,}"
    r"|font-size\s*:\s*(?:0+(?:\.0*)?(?:px|pt|r?em|%)?|[01](?:\.\d+)?(?:px|pt))\s*(?:;|!|$)"
    r"|opacity\s*:\s*0+(?:\.0\d*)?\s*(?:;|!|$)|max-height\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)"
    r"|(?:left|top)\s*:\s*-\d{4,}|(?<![\w-])color\s*:\s*transparent",
    re.IGNORECASE,
)
_WHITE = re.compile(
    r"(?<![\w-])color\s*:\s*(?:#fff(?:fff)?\b|white\b|rgba?\(\s*255\s*,\s*255\s*,\s*255)", re.IGNORECASE
)
_HIDING_RULE = re.compile(
    r"([.#][\w-]{1,60})\s{0,5}\{[^{}]{0,300}?(?:display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden)"
)
_QUOTE = re.compile(
    r"gmail_attr|moz-cite-prefix|yahoo_quoted|protonmail_quote|OutlookMessageHeader|zmail_extra|tutanota_quote"
    r"|quoted-?text|reply-?to-?prefix|mail-quote|freshdesk_quote|hubspot-quote"
)
_SIGNATURE = re.compile(
    r"gmail_signature|moz-signature|protonmail_signature|ms-outlook-mobile-signature"
    r"|(?:^|\s)(?:sig|(?:e-?mail[-_])?signature)(?:$|\s)",
    re.IGNORECASE,
)
_REST_IS_QUOTE = re.compile(
    r"^(?:x_)?(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container)$",
)


class Part(StrEnum):
    """Where the text of an element belongs."""

    TEXT = "text"
    QUOTE = "quote"
    SIGNATURE = "signature"
    HIDDEN = "hidden"


def part_of(tag: str, attributes: Attributes, hiding: Collection[str], *, dark: bool) -> Part:
    """What an element is by its own marks. `hiding` are the selectors that a style sheet hides; `dark` says that
    somebody set a background, so that white letters can be read."""
    if _is_hidden(attributes, hiding, dark=dark):
        return Part.HIDDEN
    name = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".strip()
    if tag == "blockquote" or (name and _QUOTE.search(name)):
        return Part.QUOTE
    if (name and _SIGNATURE.search(name)) or "data-smartmail" in attributes:
        return Part.SIGNATURE
    return Part.TEXT


def rest_is_quote(attributes: Attributes) -> bool:
    """Whether this is the mark behind which everything is an earlier mail."""
    return bool(_REST_IS_QUOTE.match(attributes.get("id") or ""))


def sets_background(attributes: Attributes) -> bool:
    return "bgcolor" in attributes or "background" in (attributes.get("style") or "").lower()


def is_pixel(attributes: Attributes) -> bool:
    """A picture that only tells the sender that somebody looked."""
    sizes = (attributes.get("width"), attributes.get("height"))
    return all((size or "").strip().removesuffix("px") in ("0", "1") for size in sizes)


def hiding_selectors(html: str) -> frozenset[str]:
    """The classes and ids that a style sheet of the mail hides."""
    return frozenset(_HIDING_RULE.findall(html))


def _is_hidden(attributes: Attributes, hiding: Collection[str], *, dark: bool) -> bool:
    style = attributes.get("style") or ""
    if "hidden" in attributes or _HIDDEN.search(style) or (not dark and _WHITE.search(style)):
        return True
    names = [f".{name}" for name in (attributes.get("class") or "").split()] if hiding else []
    return any(name in hiding for name in [*names, f"#{attributes.get('id')}"])
