"""The language that a text is written in, or that nobody can tell."""

import mmap
import re
import tempfile
from array import array
from dataclasses import dataclass
from functools import cache
from typing import Any

LANGUAGES = (
    "ar bg ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv nb nl no pl pt ro ru sk sl sv th tr uk vi zh"
)
PIECE = 64 * 1024  # bytes
_SURE = 0.5
_READ = 300
_NOISE = re.compile(r"\S*(?:://|@|www\.)\S*|<[A-Z_]+_\d+>|[\d_<>{}\[\]|*#=/\\-]+")
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = (
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
# Single words that a detector of letter sequences cannot place, and that people do send alone.
_ALONE = {
    word: code
    for code, words in (
        ("en", "hello help thanks thank please refund order hi hey login password invoice"),
        ("de", "hallo hilfe danke bitte rechnung passwort kündigung erstattung guten"),
        ("fr", "bonjour merci aide remboursement commande facture salut"),
        ("es", "hola gracias ayuda reembolso pedido factura buenos buenas"),
        ("it", "ciao grazie aiuto rimborso ordine fattura buongiorno"),
        ("pt", "olá obrigado obrigada ajuda bom"),
        ("nl", "bedankt hoi bestelling goedemorgen"),
        ("sv", "hej tack"),
    )
    for word in words.split()
}


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is ISO 639-1, None where it cannot be told. `confidence` is 0 to 1."""

    code: str | None
    confidence: float


UNKNOWN = Language(None, 0.0)


def language_of(text: str) -> Language:
    """The language of the first 300 characters. The model (0.6 s of CPU) is loaded at the first text that needs it."""
    plain = _NOISE.sub(" ", text[:_READ]).lower()
    words = _WORD.findall(plain)
    letters = sum(map(len, words))
    if not letters:
        return UNKNOWN
    for code, script in _SCRIPTS:
        if len(script.findall(plain)) * 3 > letters:
            return Language(code, 0.9)
    if len(words) <= 2:
        codes = {_ALONE[word] for word in words if word in _ALONE}
        return Language(codes.pop(), 0.6) if len(codes) == 1 else _guess(plain, sure=0.8)
    return _guess(plain, sure=_SURE)


def _guess(text: str, *, sure: float) -> Language:
    code, confidence = _identifier().classify(" ".join(text.split()))
    if confidence < sure:
        return Language(None, float(confidence))
    return Language("no" if code == "nb" else str(code), float(confidence))


@cache
def _identifier() -> Any:
    """Only languages that a help desk is likely to see: right more often on short texts, and half the memory."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(model.nb_classes)
    model.set_languages([code for code in LANGUAGES.split() if code in known])
    model.nb_ptc = model.nb_ptc.copy()
    model._full_model = (model.nb_ptc, model.nb_pc, model.nb_classes)
    model.tk_nextmove = _on_disk(model.tk_nextmove)
    model.tk_output, model._rowbase = array("i", model.tk_output), array("I", model._rowbase)  # 1 MB, as lists 8
    return model


def _on_disk(table: "array[int]") -> "memoryview[int]":
    """The same numbers in a file without a name, of which the system keeps the pages that are looked at: of 39 MB of
    steps from letter to letter 18 after 2,000 questions, and it may take them back. It ends with the process. Where
    the folder for temporary files is memory, nothing is gained."""
    written = memoryview(table).cast("B")
    with tempfile.TemporaryFile() as file:
        for at in range(0, len(written), PIECE):  # what is written at once is read at once, in larger pieces
            file.write(written[at : at + PIECE])
        file.flush()
        pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return memoryview(pages).cast("H" if table.itemsize == 2 else "I")
