"""The words that carry a meaning, brought to a common stem without a dictionary of any language."""

import json
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

WORD = re.compile(r"[^\W_]{2,40}")
STEM = 6  # letters: "cancelled" and "cancellation", "Rückzahlung" and "Rückzahlungen" meet there
STOP = frozenset(" ".join(json.loads((Path(__file__).parent / "stopwords.json").read_text("utf-8")).values()).split())
PLACEHOLDER = re.compile(r"<[A-Z]{2,20}_\d{1,3}>")


def terms(text: str) -> list[str]:
    """Stems in order, with repeats; stop words and placeholders are left out."""
    words = (word for word in WORD.findall(PLACEHOLDER.sub(" ", text).lower()) if word not in STOP)
    return [stem(word) for word in words]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The first letters without accents and without a plural's s."""
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", word) if not unicodedata.combining(mark))
    if len(plain) > 3 and plain.endswith("s") and not plain.endswith("ss"):
        plain = plain[:-1]
    return plain[:STEM]
