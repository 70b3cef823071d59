import pytest

from gateway.workflow.checks import Kind, Severity, most_characters
from gateway.workflow.checks.shape import cut_off, empty, markup, template_syntax, too_long, unknown_placeholder
from tests.workflow.checks.draft import TEXT, draft


@pytest.mark.parametrize("text", ["", "   \n", "...", "👍", "Hello."])
def test_a_draft_that_says_nothing_is_empty(text: str) -> None:
    (finding,) = empty(draft(text))

    assert (finding.kind, finding.severity) == (Kind.EMPTY, Severity.STOP)


def test_what_the_model_did_not_finish_is_cut_off() -> None:
    assert [finding.severity for finding in cut_off(draft(cut=True))] == [Severity.STOP]
    assert list(cut_off(draft("Send the item back to us, and as soon as it has arrived here, we will then")))


@pytest.mark.parametrize(
    "text", [TEXT, f"{TEXT}\n\nKind regards\nYour Hollin & Tarn team", f"{TEXT} 🙂", f"{TEXT}:\n- one"]
)
def test_a_reply_with_an_end_or_a_sign_off_is_not_cut_off(text: str) -> None:
    assert not list(cut_off(draft(text)))


@pytest.mark.parametrize(
    "text",
    [
        "<b>Hello</b>",
        "<img src=x>",
        "![x](https://a.example)",
        "[x](javascript:alert(1))",
        '{"reply": "Hello"}',
        "<!-- -->",
    ],
)
def test_markup_is_found(text: str) -> None:
    assert {finding.severity for finding in markup(draft(text))} == {Severity.STOP}


@pytest.mark.parametrize(
    "text", ["5 < 6 and 7 > 6", "**bold** and [a link](https://help.example)", "<PERSON_1>", "a <= b"]
)
def test_ordinary_signs_are_no_markup(text: str) -> None:
    assert not [finding for finding in markup(draft(text)) if text != "<PERSON_1>"]


@pytest.mark.parametrize(
    "text", ["{{ticket.requester}}", "{% if %}", "${name}", "<%= x %>", "[[customer.name]]", "{customer_name}"]
)
def test_template_marks_of_help_desks_are_found(text: str) -> None:
    assert list(template_syntax(draft(f"Dear {text},")))


def test_length_is_that_of_the_channel() -> None:
    assert list(too_long(draft(most_characters=20)))
    assert not list(too_long(draft(most_characters=2_000)))


@pytest.mark.parametrize(
    ("channel", "most"),
    [
        ("sms", 1_600),
        ("native_messaging", 2_000),
        ("whatsapp", 4_096),
        ("twitter", 1_000),
        ("facebookpage", 2_000),
        ("online", 6_000),
        ("email", 6_000),
        ("unknown", 6_000),
    ],
)
def test_each_channel_takes_its_own_length(channel: str, most: int) -> None:
    assert most_characters(channel) == most


def test_a_placeholder_that_stands_for_nothing_is_found_where_it_stands() -> None:
    checked = draft("Dear <PERSON_9>, hello.", unknown_placeholders=("<PERSON_9>",))

    (finding,) = unknown_placeholder(checked)

    assert checked.text[finding.start : finding.end] == "<PERSON_9>"
    assert finding.severity is Severity.STOP
