"""`countersign connector try`: what a delivery becomes, step by step, without calling anybody."""

from pathlib import Path

from tests.cli.command import ROOT, Told, countersign

EXAMPLES = ROOT / "connectors" / "described" / "examples"
DELIVERIES = ROOT / "tests" / "connectors" / "described" / "inhouse" / "webhooks"


def tried(*arguments: str, settings: dict[str, str] | None = None, payload: str = "requester_replied.json") -> Told:
    delivery = ["--payload", str(DELIVERIES / payload)]
    file = str(EXAMPLES / "inhouse.yaml")
    return countersign("connector", "try", file, *delivery, *arguments, settings=settings or {})


def test_each_step_is_shown_with_what_was_found_and_what_would_be_sent() -> None:
    told = tried(
        "--header", "X-Desk-Key=k-1", "--secret-env", "DESK_KEY", "--value", "user=bot", settings={"DESK_KEY": "k-1"}
    )

    assert told.code == 0, told.err
    for line in (
        "the shared secret in header X-Desk-Key; it says nothing of the body",
        "authentic",
        "ticket_id    case  ->  4711",
        "'opened' || 'changed'  ->  \"entry\"",
        "message_added on ticket 4711",
        "GET /rest/v2/cases/4711/entries?page=1&per_page=40",
        "POST /rest/v2/cases/4711/memos",
        '"text": "Your parcel left on Monday.',
    ):
        assert line in told.out


def test_secrets_are_hidden() -> None:
    told = tried(
        "--header", "X-Desk-Key=k-1", "--secret-env", "DESK_KEY", "--value", "user=bot", settings={"DESK_KEY": "k-1"}
    )

    assert "Authorization: Basic bot:********" in told.out
    assert "k-1" not in told.out


def test_a_delivery_that_is_not_authentic_ends_there() -> None:
    told = tried("--header", "X-Desk-Key=wrong", "--secret-env", "DESK_KEY", settings={"DESK_KEY": "k-1"})

    assert told.code == 1
    assert "refused: the signature does not match" in told.out
    assert "What it says" not in told.out


def test_without_the_secret_the_rest_is_shown_all_the_same() -> None:
    told = tried("--value", "user=bot")

    assert told.code == 0
    assert "not checked" in told.out
    assert "What it becomes" in told.out


def test_a_value_that_the_account_would_give_is_asked_for() -> None:
    told = tried()

    assert told.code == 1
    assert "--value user=... is needed" in told.out


def test_a_payload_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    payload = tmp_path / "payload.json"
    payload.write_text('{"ticket": 4711}')
    file = str(EXAMPLES / "inhouse.yaml")

    told = countersign("connector", "try", file, "--payload", str(payload), settings={})

    assert told.code == 1
    assert "kept for a person: the delivery names no ticket" in told.out


def test_a_value_of_a_stranger_cannot_steer_the_terminal(tmp_path: Path) -> None:
    payload = tmp_path / "payload.json"
    payload.write_text('{"case": "\u202e\u009b31m[red]", "entry": {}}', encoding="utf-8")

    told = countersign("connector", "try", str(EXAMPLES / "inhouse.yaml"), "--payload", str(payload), settings={})

    assert "\u202e" not in told.out
    assert "\u009b" not in told.out


def test_every_mistake_of_a_description_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text((EXAMPLES / "inhouse.yaml").read_text().replace("  ticket_id: case\n", "  tiket_id: case\n"))

    told = countersign("connector", "try", str(file), settings={})

    assert told.code == 1
    assert f"{file}:20:3: unknown key 'tiket_id'. Did you mean 'ticket_id'?" in told.err
    assert "2 to mend" in told.err
