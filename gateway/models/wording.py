"""Puts a request into the variables of a prompt: the account's voice on one side, fenced data on the other."""

from gateway.models.blocks import fenced, harmless, joined, new_code
from gateway.models.request import DraftRequest

LONGEST_QUESTION = 12_000  # characters; the step before has cut by importance, this is the last wall
LONGEST_MESSAGE = 4_000
LONGEST_PASSAGE = 6_000
LONGEST_FILE = 5_000
MOST_FILES = 5
MOST_QUESTIONS = 10
LONGEST_SAID = 2_200  # of an earlier message
MOST_MESSAGES = 45
MOST_PASSAGES = 20
LANGUAGES = {
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
}


def trusted(request: DraftRequest) -> dict[str, str]:
    """What may stand in a system prompt: nothing that a requester or an article wrote."""
    language = language_of(request)
    return {
        "audience": request.audience.value,
        "brand": request.voice.brand,
        "tone": request.voice.tone,
        "sign_off": request.voice.sign_off,
        "language": language,
        "language_name": LANGUAGES.get(language, f"the language with the code {language}"),
    }


def data(request: DraftRequest) -> dict[str, str]:
    """What the user message shows, each piece in its fence."""
    code = new_code()
    language = language_of(request)
    question = f"subject: {request.subject}\n\n{request.question}" if request.subject else request.question
    facts = "\n".join(f"{name}: {value}" for name, value in list(request.facts.items())[:50])
    files = "\n".join(request.unread_attachments[:50])
    return {
        "code": code,
        "language": language,
        "language_name": LANGUAGES.get(language, f"the language with the code {language}"),
        "ticket": fenced("TICKET", code, question, LONGEST_QUESTION),
        "thread": joined(
            fenced(f"MESSAGE FROM {harmless(message.role, 20).upper()}", code, message.text, LONGEST_SAID)
            for message in request.thread[-MOST_MESSAGES:]
        ),
        "left_out": str(request.left_out) if request.left_out else "",
        "questions": _questions(request, code),
        "facts": fenced("FACTS", code, facts, LONGEST_MESSAGE) if facts else "",
        "files": joined(
            fenced(f"FILE {number}", code, f"name: {file.name}\n{file.text}", LONGEST_FILE)
            for number, file in enumerate(request.files[:MOST_FILES], start=1)
        ),
        "attachments": fenced("ATTACHMENTS", code, files, LONGEST_MESSAGE) if files else "",
        "passages": joined(
            fenced(f"PASSAGE {passage.number}", code, f"title: {passage.title}\n{passage.text}", LONGEST_PASSAGE)
            for passage in request.visible_passages()[:MOST_PASSAGES]
        ),
        "instruction": _instruction(request, code),
        "answer": "",
        "problem": "",
    }


def _questions(request: DraftRequest, code: str) -> str:
    """The questions of a mail that asks several; one alone cannot be overlooked."""
    if len(request.questions) < 2:
        return ""
    numbered = "\n".join(f"{number}. {text}" for number, text in enumerate(request.questions[:MOST_QUESTIONS], start=1))
    return fenced("QUESTIONS", code, numbered, LONGEST_MESSAGE)


def _instruction(request: DraftRequest, code: str) -> str:
    """What a colleague wants different, behind the draft that it speaks of."""
    if not request.instruction:
        return ""
    previous = fenced("PREVIOUS DRAFT", code, request.previous, LONGEST_QUESTION) if request.previous else ""
    return joined(filter(None, (previous, fenced("INSTRUCTION", code, request.instruction, LONGEST_MESSAGE))))


def broken(answer: str, problem: str) -> dict[str, str]:
    """The data of a repair: the answer that could not be read, fenced like everything else."""
    code = new_code()
    return {
        **dict.fromkeys(
            (
                *("language", "language_name", "ticket", "thread", "left_out", "questions", "facts", "files"),
                *("attachments", "passages", "instruction"),
            ),
            "",
        ),
        "code": code,
        "problem": problem,
        "answer": fenced("BROKEN ANSWER", code, answer, LONGEST_QUESTION),
    }


def language_of(request: DraftRequest) -> str:
    """The two-letter code, or English where it is none: it stands in the system prompt."""
    code = request.language[:2].lower()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else "en"
