"""The questions in a mail: people put several into one, and an answer to the first alone is no answer."""

import re
from collections.abc import Sequence

MOST = 10
LONGEST = 300  # characters of one
_READ = 20_000
# A point inside a word, or before a small letter or a number ("St. 5"), ends no sentence.
_SENTENCE = re.compile(r"(?:[^.!?？؟\n]|\.(?=\S|\s[a-z\d(])){3,600}?(?:\?+(?=\s|$|[)\"'”’»<])|[？؟]+)")
_WRAPPED = re.compile(r"(?<=\S)[ \t]?\n(?=[^\W\d_A-ZÀ-Þ])")  # a mail program broke the line inside a sentence
_WORD = re.compile(r"[^\W\d_]+")
# Courtesies, and what asks for a nod: nobody answers them one by one.
_NOT_ASKED = re.compile(
    r"^(?:\W*[^,?]{1,12},)?\W*(?:how are you(?: doing)?(?: today)?|how is it going|are you there|any(?:body|one) there"
    r"|hello|hi|right|ok"
    r"|okay|really|seriously|what|why|please|you know|isn'?t it|can you (?:please )?help(?: me)?(?: please| with this)?"
    r"|could you (?:please )?help(?: me)?(?: please| with this)?|may i ask(?: you)?(?: a question| something)?"
    r"|wie geht es ihnen|k(?:ö|oe)nnen sie mir (?:bitte )?helfen|oder|ja|hallo|wirklich|comment allez-vous|ça va"
    r"|pouvez-vous m'aider|cómo está(?:s|n)?|(?:me )?(?:puede|pueden|puedes) ayudar(?:me)?)\W*$",
    re.IGNORECASE,
)


def questions(text: str) -> Sequence[str]:
    """Each question once, as it was asked, in order."""
    found: dict[str, str] = {}
    for match in _SENTENCE.finditer(_WRAPPED.sub(" ", text[:_READ])):
        sentence = " ".join(match.group().split())
        words = _WORD.findall(sentence)
        if sum(map(len, words)) < 4 or (len(words) < 2 and sentence.isascii()) or _NOT_ASKED.match(sentence):
            continue
        found.setdefault(sentence.casefold().strip(" ?？؟-–*•"), sentence[:LONGEST])
        if len(found) == MOST:
            break
    return tuple(found.values())
