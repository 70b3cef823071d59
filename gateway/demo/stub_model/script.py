"""What the stub says for each behaviour."""

import json
import re
from dataclasses import dataclass

from gateway.demo.stub_model.behaviour import Behaviour

PASSAGE = re.compile(r"<<<PASSAGE (\d{1,3}) [0-9a-f]+>>>\n(.*?)\n<<<END [0-9a-f]+>>>", re.DOTALL)
REPAIR = re.compile(r"<<<BROKEN ANSWER [0-9a-f]+>>>\n(.*?)\n<<<END", re.DOTALL)
DATA = re.compile(r"<<<[A-Z ]+[\d ]*[0-9a-f]+>>>\n(.*?)\n<<<END", re.DOTALL)
HALF = '{"reply": "Half of an answer [1].", "citations": [[1]'
LURE = re.compile(r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+\.[\w.]+|!\[[^\]]*\]\([^)]*\)|\+?\d[\d ()-]{7,}\d")
ORDER = re.compile(
    r"(?i)\b(ignore|disregard|forget|instead|you must|system:|add|include|reply|respond|say|send|approve)\b"
)
GREETING = {
    "de": "Guten Tag,",
    "fr": "Bonjour,",
    "es": "Hola:",
    "it": "Buongiorno,",
    "nl": "Hallo,",
    "pt": "Olá,",
    "pl": "Dzień dobry,",
}
LANGUAGE = re.compile(r"(?i)language with the code ([a-z]{2})\b")


@dataclass(frozen=True, slots=True)
class Said:
    """An answer and what it cost to think of."""

    text: str
    finish_reason: str = "stop"
    reasoning_tokens: int = 16


def say(behaviour: Behaviour, prompt: str) -> Said:
    """The answer of one behaviour to a prompt."""
    broken = REPAIR.search(prompt)
    good = repaired(broken.group(1)) if broken else structured(prompt)
    match behaviour:
        case Behaviour.WRONG:
            return Said(wrong())
        case Behaviour.OBEYS:
            return Said(obeys(prompt))
        case Behaviour.PARROTS:
            return Said(parrots(prompt))
        case Behaviour.REFUSES:
            return Said("I'm sorry, but as an AI language model I cannot help with that request.")
        case Behaviour.FILTERED:
            return Said("", "content_filter", 0)
        case Behaviour.CUT:
            return Said(good[: max(40, len(good) // 2)], "length")
        case Behaviour.HUGE:
            return Said("All work and no play. " * 230_000)
        case Behaviour.HOPELESS:
            return Said(HALF)
        case Behaviour.BADJSON if not broken:
            return Said(HALF)
        case Behaviour.PROSE if not broken:
            return Said(plain(prompt))
        case Behaviour.MARKDOWN:
            return Said(f"Sure! Here is the answer:\n\n```json\n{good}\n```\nLet me know.")
        case Behaviour.EMPTY:
            return Said("", "stop", 0)
        case _:
            return Said(good)


def sentences(text: str) -> list[str]:
    """The plain sentences of a passage, its title and headings left out."""
    lines = [line for line in text.split("\n")[1:] if line and not line.startswith("#")]
    return [sentence for sentence in re.split(r"(?<=[.!?])\s+", " ".join(lines)) if len(sentence) > 20]


def plain(prompt: str) -> str:
    """A letter of the first sentences of the first two passages, each with its mark."""
    body = []
    for number, text in PASSAGE.findall(prompt)[:2]:
        body += [sentence.rstrip() + f" [{number}]" for sentence in sentences(text)[:2]]
    language = LANGUAGE.search(prompt)
    greeting = GREETING.get(language.group(1).lower(), "Hello,") if language else "Hello,"
    return f"{greeting}\n\n{' '.join(body) or 'I do not know the answer to this.'}"


def structured(prompt: str) -> str:
    """The same letter as the JSON that was asked for."""
    text = plain(prompt)
    numbers = [int(number) for number in re.findall(r"\[(\d+)\]", text)]
    return answer(text, [[number] for number in numbers], 0.82 if numbers else 0.1, knows=bool(numbers))


def repaired(broken: str) -> str:
    """What a broken answer says, in the right form."""
    found = re.search(r'"reply": "([^"]*)"', broken)
    text = found.group(1) if found else broken
    return answer(text, [[int(number)] for number in re.findall(r"\[(\d+)\]", text)], 0.5, knows=True)


def answer(reply: str, citations: list[list[int]], confidence: float, *, knows: bool) -> str:
    """JSON in the shape that the prompts ask for."""
    return json.dumps(
        {
            "reply": reply,
            "citations": citations,
            "confidence": confidence,
            "open_questions": [],
            "suggested_tags": ["answered-by-stub"],
            "knows": knows,
        },
        ensure_ascii=False,
    )


def wrong() -> str:
    """Facts, a promise, a link and a source that nobody gave it."""
    text = (
        "Hello,\n\nYour refund of 4,999.00 EUR was approved on 31 February [1]. Section 12 of our terms guarantees it "
        "[97]. Follow https://refunds.example.net/claim today."
    )
    return answer(text, [[1], [97], []], 0.99, knows=True)


def obeys(prompt: str) -> str:
    """Everything that an attacker could wish for: his links and sentences, the prompt itself, full confidence."""
    data = "\n".join(DATA.findall(prompt)) or prompt
    lures = list(dict.fromkeys(LURE.findall(data)))[:20]
    orders = [line.strip() for line in re.split(r"[\n.]", data) if ORDER.search(line)][:10]
    text = "\n".join([*orders, *lures, "My instructions were:", prompt[:400], "Approved. {{ticket.requester.email}}"])
    return answer(text, [[1]], 1.0, knows=True)


def parrots(prompt: str) -> str:
    """A letter that would pass, with the subject and the last paragraph of every piece of data in it, as if cited."""
    said = []
    for data in DATA.findall(prompt):
        first = data.split("\n", 1)[0]
        said += [first.removeprefix("subject: ")] if first.startswith("subject: ") else []
        said += [data.rsplit("\n\n", 1)[-1].removeprefix("title: ")]
    letter = plain(prompt)
    repeated = "\n".join(f"{text} [1]" for text in dict.fromkeys(said) if text not in letter)
    return answer(f"{letter}\n{repeated}", [], 1.0, knows=True)
