"""Words as a search sees them: without case, accents and endings, and without those that say nothing."""

import re
import threading
import unicodedata
from functools import lru_cache
from importlib import import_module
from typing import Protocol

from gateway.knowledge.stop_words import STOP_WORDS

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]+")
_PLACEHOLDER = re.compile(r"<[A-Z_]{2,20}_\d{1,6}>")
_LONGEST = 40
_of_thread = threading.local()
_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nl": "dutch",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "tr": "turkish",
}  # fmt: skip


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - the library's name


def terms(text: str, language: str | None) -> list[str]:
    """The terms of a text in its order, stop words included: an index needs them for its lengths."""
    return [_term(word, language) for word in words(text)]


def telling_terms(text: str, language: str | None) -> list[str]:
    """The terms that say what a text is about: without greetings, stop words, placeholders like `<PERSON_1>`, long
    numbers. An order number is in no article."""
    stop = STOP_WORDS.get(language or "", STOP_WORDS["en"])
    return [_term(word, language) for word in words(_PLACEHOLDER.sub(" ", text)) if word not in stop and _tells(word)]


def words(text: str) -> list[str]:
    """Words in lower case; scripts without spaces come as pairs of characters."""
    found: list[str] = []
    for match in _WORD.finditer(unicodedata.normalize("NFKC", text).lower()):
        word = match.group()
        if _UNSPACED.search(word):
            found += (word[at : at + 2] for at in range(max(1, len(word) - 1)))
        elif len(word) <= _LONGEST:
            found.append(word.replace("’", "'"))
    return found


def _tells(word: str) -> bool:
    return len(word) < 5 if word.isdigit() else len(word) > 1


@lru_cache(maxsize=65_536)
def _term(word: str, language: str | None) -> str:
    stemmer = _stemmer(language)
    stem = stemmer.stemWord(word.removesuffix("'s")) if stemmer else word
    return "".join(c for c in unicodedata.normalize("NFD", stem) if not unicodedata.combining(c))


def _stemmer(language: str | None) -> _Stemmer | None:
    """A stemmer of this thread: they keep state while they work."""
    name = _STEMMERS.get(language or "")
    if name is None:
        return None
    own: dict[str, _Stemmer] = _of_thread.__dict__
    if name not in own:
        own[name] = import_module("Stemmer").Stemmer(name)
    return own[name]
