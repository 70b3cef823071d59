"""Closed lists of words that facts and effects can take, so that a misspelt one is refused."""

from enum import StrEnum


class Verdict(StrEnum):
    """What may happen to a draft."""

    SEND = "send"
    REVIEW = "review"
    WITHHOLD = "withhold"

    @property
    def caution(self) -> int:
        """0 for send, 2 for withhold: the highest wins."""
        return list(Verdict).index(self)


class Mode(StrEnum):
    """Whether a rule binds, or is only counted and shown."""

    ENFORCE = "enforce"
    OBSERVE = "observe"


class Masking(StrEnum):
    """What happens to one kind of personal data before a model sees the ticket, bold to cautious."""

    KEEP = "keep"
    MASK = "mask"
    BLOCK = "block"

    @property
    def caution(self) -> int:
        return list(Masking).index(self)


PRIORITIES = ("low", "normal", "high", "urgent")
STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TIERS = ("", "free", "basic", "standard", "premium", "enterprise")
PII_KINDS = ("person", "email", "phone", "address", "card", "iban", "national_id", "ip", "url", "secret", "order")
"""The kinds that screening finds, in lower case."""
FINDINGS = (
    "empty", "cut_off", "refusal", "unknown_placeholder", "uncited", "uncited_claim", "gone_source", "wrong_language",
    "invented_link",
    "invented_contact", "foreign_link", "invented_quote", "invented_name", "invented_order", "promise", "amount",
    "personal_data_of_others", "prompt_leak", "template_syntax", "markup", "too_long", "internal_quoted", "echo",
    "for_staff", "advice", "tone", "profanity",
)  # fmt: skip
"""What the checks of a draft can find."""
_CODES = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de
dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id
ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu
lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu
rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to
tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
LANGUAGES = ("", *_CODES.split())
"""ISO 639-1 codes; the empty word where a text has no language."""
