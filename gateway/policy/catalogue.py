"""Every fact that a rule may look at, declared once.

The table in `policies/README.md`, `policies/schema.json`, `countersign policy facts` and the types of the condition
language are all made from this list.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from gateway.policy.facts import Declared, Fact, FactType, FactValue, Phase
from gateway.policy.words import FINDINGS, LANGUAGES, PII_KINDS, PRIORITIES, STATUSES, TIERS, WEEKDAYS

TEXT, NUMBER, YES_NO, LIST, SCORES, TIME = FactType
TICKET, SCREENED, GROUNDED, DRAFTED = Phase

NO_LIMIT = 1_000_000_000
"""What `budget.*_left` says where no budget was declared."""

_TICKET = (
    Fact("ticket.account", TEXT, TICKET, "Account that the ticket belongs to", "acme-zendesk", ""),
    Fact("ticket.id", TEXT, TICKET, "Id of the ticket in its help desk", "4411", "1"),
    Fact("ticket.subject", TEXT, TICKET, "Subject line", "Where is my parcel?", "", personal=True),
    Fact("ticket.channel", TEXT, TICKET, "How the ticket came in", "email", "email"),
    Fact("ticket.status", TEXT, TICKET, "Status in the help desk", "open", "open", values=STATUSES),
    Fact("ticket.priority", TEXT, TICKET, "Priority in the help desk", "high", "normal", values=PRIORITIES),
    Fact("ticket.queue", TEXT, TICKET, "Group, inbox or team list that the ticket is in", "billing", ""),
    Fact("ticket.tags", LIST, TICKET, "Tags on the ticket", ("shipping", "eu"), ()),
    Fact(
        "ticket.language",
        TEXT,
        TICKET,
        "Language of the requester: the help desk's word, else detected",
        "de",
        "en",
        values=LANGUAGES,
    ),
    Fact("ticket.age_hours", NUMBER, TICKET, "Time since the ticket was opened", 26.5, 1, "hours"),
    Fact("ticket.brand", TEXT, TICKET, "Brand that the requester wrote to", "acme-outdoor", ""),
    Fact("requester.tier", TEXT, TICKET, "Tier of the requester's contract", "enterprise", "standard", values=TIERS),
    Fact("requester.plan", TEXT, TICKET, "Plan of the requester, as `facts` declare it", "business-eu", ""),
    Fact("requester.region", TEXT, TICKET, "Region of the requester, as `facts` declare it", "eu", ""),
    Fact("requester.organisation", TEXT, TICKET, "Organisation of the requester", "Example Ltd", "", personal=True),
    Fact("requester.domain", TEXT, TICKET, "Domain of the requester's address", "example.com", "", personal=True),
    Fact("requester.open_tickets", NUMBER, TICKET, "Open tickets of the requester, with this one", 3, 1, "tickets"),
    Fact("requester.vip", YES_NO, TICKET, "The requester is marked as a VIP", True, False),
    Fact("message.length", NUMBER, TICKET, "Length of the newest message", 420, 200, "characters"),
    Fact("message.attachments", NUMBER, TICKET, "Attachments of the newest message", 1, 0, "files"),
    Fact("message.is_first", YES_NO, TICKET, "The newest message is the first of its ticket", True, True),
    Fact("history.contacts", NUMBER, TICKET, "Messages of the requester on this ticket", 3, 1, "messages"),
    Fact("history.reopens", NUMBER, TICKET, "Times that the ticket was reopened", 1, 0, "times"),
    Fact("history.drafts_rejected", NUMBER, TICKET, "Drafts that agents rejected on this ticket", 1, 0, "drafts"),
)

CLOCK_NOW = "clock.now"
_CLOCK = (
    Fact(
        CLOCK_NOW,
        TIME,
        TICKET,
        "The moment of the decision",
        datetime(2026, 10, 5, 9, 30, tzinfo=UTC),
        datetime(2026, 10, 5, 9, 30, tzinfo=UTC),
        "UTC",
    ),
    Fact("clock.hour", NUMBER, TICKET, "Hour of the day in the file's `timezone`", 14, 9, "0 to 23"),
    Fact("clock.weekday", TEXT, TICKET, "Day of the week in the file's `timezone`", "mon", "mon", values=WEEKDAYS),
    Fact("clock.business_hours", YES_NO, TICKET, "Inside the file's `business_hours`", True, True),
)

_SCREENED = (
    Fact("screen.topics", SCORES, SCREENED, "Topics found, each with its score", {"refund": 0.9}, {}, "0 to 1"),
    Fact("screen.sentiment", NUMBER, SCREENED, "Mood of the newest message", -0.6, 0, "-1 to 1"),
    Fact("screen.pii_kinds", LIST, SCREENED, "Kinds of personal data found", ("email", "card"), (), values=PII_KINDS),
    Fact("screen.questions", NUMBER, SCREENED, "Questions in the unanswered messages", 3, 1, "questions"),
    Fact("screen.injection", YES_NO, SCREENED, "Something in the ticket tries to instruct the model", True, False),
    Fact("screen.injection_score", NUMBER, SCREENED, "How much it looks like such an attempt", 0.8, 0, "0 to 1"),
    Fact("screen.out_of_scope", YES_NO, SCREENED, "The question is not one that this desk answers", True, False),
)

_GROUNDED = (
    Fact("knowledge.grounding", NUMBER, GROUNDED, "How well the sources cover the question", 0.82, 0.9, "0 to 1"),
    Fact("knowledge.passages", NUMBER, GROUNDED, "Passages that the draft may quote", 4, 3, "passages"),
    Fact("knowledge.newest_age_days", NUMBER, GROUNDED, "Age of the newest passage", 30, 10, "days"),
    *(
        Fact(f"budget.{scope}_{side}", NUMBER, GROUNDED, meaning, example, default, "USD")
        for scope, whose in (
            ("ticket", "this ticket"),
            ("day", "the account today"),
            ("month", "the account this month"),
        )
        for side, meaning, example, default in (
            ("spent", f"Model cost of {whose}", 1.25, 0),
            ("left", f"What the budget of {whose} still allows ({NO_LIMIT:,} without one)", 3.75, NO_LIMIT),
        )
    ),
)

_DRAFTED = (
    Fact("draft.language", TEXT, DRAFTED, "Language of the draft", "de", "en", values=LANGUAGES),
    Fact("draft.length", NUMBER, DRAFTED, "Length of the draft", 640, 400, "characters"),
    Fact("draft.citations", NUMBER, DRAFTED, "Sources that the draft cites", 2, 2, "sources"),
    Fact("draft.uncited_claims", NUMBER, DRAFTED, "Sentences that state something without a source", 1, 0, "sentences"),
    Fact(
        "draft.largest_amount",
        NUMBER,
        DRAFTED,
        "Largest amount of money named in the draft",
        129.0,
        0,
        "account currency",
    ),
    Fact("draft.currency", TEXT, DRAFTED, "Currency of that amount, as written", "EUR", ""),
    Fact("draft.links", NUMBER, DRAFTED, "Links in the draft", 1, 0, "links"),
    Fact("draft.invented_links", NUMBER, DRAFTED, "Links that no source gave", 1, 0, "links"),
    Fact("draft.invented_contacts", NUMBER, DRAFTED, "Addresses and numbers that no source gave", 1, 0, "contacts"),
    Fact("draft.promises", NUMBER, DRAFTED, "Promises and commitments in the draft", 1, 0, "promises"),
    Fact("draft.refusal", YES_NO, DRAFTED, "The model refused or says that it does not know", True, False),
    Fact("draft.cut_off", YES_NO, DRAFTED, "The draft stops in the middle", True, False),
    Fact("draft.wrong_language", YES_NO, DRAFTED, "The draft is not in the requester's language", True, False),
    Fact("draft.advice", YES_NO, DRAFTED, "The draft gives legal, medical or financial advice", True, False),
    Fact("draft.confidence", NUMBER, DRAFTED, "Confidence from grounding, agreement and checks", 0.74, 0.9, "0 to 1"),
    Fact("draft.findings", LIST, DRAFTED, "What the checks found", ("promise", "amount"), (), values=FINDINGS),
    Fact("draft.stops", LIST, DRAFTED, "Findings that must never go out", ("invented_link",), (), values=FINDINGS),
    Fact("ticket.changed", YES_NO, DRAFTED, "The ticket changed since it was read", True, False),
    Fact("model.name", TEXT, DRAFTED, "Model that wrote the draft", "cheap", "offline"),
    Fact("model.cost", NUMBER, DRAFTED, "Cost of all attempts of this run", 0.0021, 0, "USD"),
    Fact("model.latency_ms", NUMBER, DRAFTED, "Time that the attempts of this run took", 2300, 500, "ms"),
)

CATALOGUE: Mapping[str, Fact] = {fact.name: fact for fact in (*_TICKET, *_CLOCK, *_SCREENED, *_GROUNDED, *_DRAFTED)}
"""The facts that every installation has, by name."""

DERIVED_CLOCK = tuple(name for name in CATALOGUE if name.startswith("clock.") and name != CLOCK_NOW)
"""Facts that the engine works out from `clock.now` for each file, in that file's time zone."""

_FIELD_TYPES: Mapping[str | type, tuple[FactType, FactValue]] = {
    "text": (TEXT, ""), str: (TEXT, ""),
    "number": (NUMBER, 0), int: (NUMBER, 0), float: (NUMBER, 0),
    "yes or no": (YES_NO, False), bool: (YES_NO, False),
    "list of texts": (LIST, ()), list: (LIST, ()),
}  # fmt: skip

FIELD_TYPES = tuple(name for name in _FIELD_TYPES if isinstance(name, str))
"""The words by which the type of a custom field is declared."""


def catalogue_for(declared: Declared) -> Mapping[str, Fact]:
    """The catalogue of one installation: with its custom fields and its own closed lists of words.

    Raises ValueError for a custom field whose type is none of `FIELD_TYPES`, or a list for a fact that does not exist.
    """
    facts = dict(CATALOGUE)
    for key, kind in declared.custom_fields.items():
        if kind not in _FIELD_TYPES:
            raise ValueError(f"custom field {key}: the type must be one of {', '.join(FIELD_TYPES)}")
        type_, default = _FIELD_TYPES[kind]
        name = f"ticket.fields.{key}"
        facts[name] = Fact(name, type_, TICKET, f"Custom field {key}", default, default, personal=True)
    if declared.accounts:
        facts["ticket.account"] = replace(facts["ticket.account"], values=("", *sorted(declared.accounts)))
    for name, words in declared.values.items():
        if name not in facts:
            raise ValueError(f"values: there is no fact {name}")
        facts[name] = replace(facts[name], values=tuple(words))
    return facts
