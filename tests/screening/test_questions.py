import pytest

from gateway.screening import questions


@pytest.mark.parametrize(
    ("mail", "found"),
    [
        ("Where is my parcel? And can I still change the address to Main St. 5?", 2),
        ("1. When does it arrive?\n2. What does it cost?\n3. Do you ship to France?", 3),
        ("Wann kommt mein Paket? Was kostet der Versand?", 2),
        ("Où est mon colis ? Combien coûte le retour ?", 2),
        ("何時届きますか？返品できますか？", 2),
        ("متى يصل الطرد؟ كم يكلف؟", 2),
        ("Is it waterproof, e.g. in heavy rain?", 1),
        ("Does it work?\n\nI said: does it work?\nDoes it work?", 2),
        ("Hi, how are you? Can you help me? Where is my parcel?", 1),
        ("It is broken. Please send a new one.", 0),
        ("Look at https://shop.example/?a=1 and https://shop.example/?b=2", 0),
        ("What??? Why?? Really?", 0),
        ("", 0),
    ],
)
def test_questions_are_counted_as_an_agent_would(mail: str, found: int) -> None:
    assert len(questions(mail)) == found


def test_they_are_told_as_they_were_asked() -> None:
    assert questions("Hello. Where is\nmy parcel?\n- Can I  return it?") == (
        "Where is my parcel?",
        "- Can I return it?",
    )
