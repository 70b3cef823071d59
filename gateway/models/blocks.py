"""Data in a prompt: fenced with a code that nobody outside can know, and harmless inside the fence.

The code is drawn anew for every draft, so no ticket can close its own fence. What a chat template would take for the
end of a turn is taken apart, because local servers tokenise it wherever it stands.
"""

import re
import secrets
from collections.abc import Iterable

CODE_BYTES = 8
# Turn marks of the common chat templates (ChatML, Llama, Mistral, Gemma, DeepSeek), and of our own fences.
TURN = re.compile(
    r"<\|[^|<>\n]{0,40}\|>|<｜[^｜\n]{0,40}｜>|</?s>|\[/?(?:INST|SYS|AVAILABLE_TOOLS|TOOL_RESULTS)\]|<</?SYS>>"
    r"|</?(?:start|end)_of_(?:turn|text|image)>|<{3,}|>{3,}",
    re.IGNORECASE,
)
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]")


def new_code() -> str:
    """A fence's code: 64 random bits."""
    return secrets.token_hex(CODE_BYTES)


def harmless(text: str, limit: int) -> str:
    """The text with turn marks taken apart and unseen characters gone, at most `limit` characters."""
    shown = UNSEEN.sub("", text[: limit * 2])
    return TURN.sub(lambda mark: " ".join(mark.group()), shown)[:limit]


def fenced(label: str, code: str, text: str, limit: int) -> str:
    """One block of data. `label` is ours."""
    return f"<<<{label} {code}>>>\n{harmless(text, limit)}\n<<<END {code}>>>"


def joined(blocks: Iterable[str]) -> str:
    """Blocks, one below the other."""
    return "\n\n".join(blocks)
