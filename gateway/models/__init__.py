"""The only room that speaks to language models: routes, attempts, prices, prompts and the offline drafter.

Importing this package is cheap: litellm itself is loaded by `engine.load_litellm`, on the first call in a worker.
"""

from gateway.models.drafter import BeforeCall, Drafter
from gateway.models.errors import ModelError, ModelsBusy, ModelsFailed, OverBudget, PromptInvalid, Refusal
from gateway.models.prompts import PromptFile
from gateway.models.reply import ModelReply, ReplyForm, SentenceCitation
from gateway.models.request import Audience, DraftRequest, PromptPassage, ReadFile, ThreadMessage, Voice
from gateway.models.route import Candidate, Form, Price, Route

__all__ = [
    "Audience",
    "BeforeCall",
    "Candidate",
    "DraftRequest",
    "Drafter",
    "Form",
    "ModelError",
    "ModelReply",
    "ModelsBusy",
    "ModelsFailed",
    "OverBudget",
    "Price",
    "PromptFile",
    "PromptInvalid",
    "PromptPassage",
    "ReadFile",
    "Refusal",
    "ReplyForm",
    "Route",
    "SentenceCitation",
    "ThreadMessage",
    "Voice",
]
