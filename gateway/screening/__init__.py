"""What a model may see: mail cleaned, personal data out and exactly back, signs of injection, the language.

Plain text in, plain values out; no network, no settings, nothing kept. All of it is CPU work of well under 3 ms for a
normal mail. A mail of several megabytes takes tens of milliseconds: give that to a thread.
"""

from gateway.screening.clean import Cleaned, clean, file_text, typed
from gateway.screening.injection import Injection, Signal, injection_in, together
from gateway.screening.known import Known
from gateway.screening.language import Language, language_of
from gateway.screening.normalise import normalise
from gateway.screening.personal import PLACEHOLDER, Kind, Match, personal
from gateway.screening.questions import questions
from gateway.screening.vault import Vault

__all__ = [
    "PLACEHOLDER",
    "Cleaned",
    "Injection",
    "Kind",
    "Known",
    "Language",
    "Match",
    "Signal",
    "Vault",
    "clean",
    "file_text",
    "injection_in",
    "language_of",
    "normalise",
    "personal",
    "questions",
    "together",
    "typed",
]
