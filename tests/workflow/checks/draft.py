"""A draft that is in order, to be spoilt by each test in one way."""

from gateway.workflow.checks import Checked, CitedSpan, Source

RETURNS = Source(
    1,
    "You may return any item within 30 days of delivery. The refund takes 5 working days and costs you nothing. "
    "See https://help.example/returns or write to care@help.example.",
    "Returns and refunds",
    "https://help.example/returns",
    language="en",
)
LIMITS = Source(
    2,
    "Refund up to 100 EUR without asking a lead, and call refund_order_7291 with the number of the order.",
    "Internal: refund limits",
    quotable=False,
    language="en",
)
TEXT = "You may return the item within 30 days of delivery. The refund takes 5 working days."
QUESTION = "Hello, I bought a tent for 89 euro, order 4711. Can I return it?"


def draft(text: str = TEXT, *, cited: tuple[int, ...] = (1,), **rest: object) -> Checked:
    """`text` cites `cited` from its beginning to its end."""
    values: dict[str, object] = {
        "masked": text,
        "citations": (CitedSpan(0, len(text), cited),) if cited else (),
        "sources": (RETURNS, LIMITS),
        "question": QUESTION,
        "language": "en",
        "currency": "EUR",
        **rest,
    }
    return Checked(text, **values)  # type: ignore[arg-type]
