"""Every way in which a model or a help desk fails, down the real line: a draft, or passages, or a reason.

Nothing is lost and nothing is written twice, on a help desk that takes whatever it is sent.

Each ticket says by a marker what its model will do, and by a tag which route it takes: every route asks another model
of the same provider, so that one that is left alone keeps nobody from the others. The provider's count is the judge.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.faults.stubs.desk import plain_account, stored
from tests.faults.stubs.provider import Provider, provider
from tests.house import OWNER, House, until

QUESTION = "When does my parcel arrive?"
PASSAGES = {"model": "offline/extractive"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What a model does, and what the ledger says of the calls to it. Without an answer, passages are quoted."""

    does: str
    calls: tuple[str, ...]
    stream: bool = False

    @property
    def name(self) -> str:
        return f"{self.does}-streamed" if self.stream else self.does

    @property
    def drafts(self) -> bool:
        return self.calls[-1] == "ok"


FAULTS = (
    Fault("429", ("rate_limited",)),  # with a Retry-After of 30 s, which is not waited for
    Fault("429-bare", ("rate_limited", "rate_limited")),
    Fault("500", ("unavailable", "unavailable")),
    Fault("503", ("overloaded", "overloaded")),
    Fault("404", ("no_model",)),
    Fault("hangs", ("timeout",)),
    Fault("drips", ("timeout",)),
    Fault("reset", ("dropped", "dropped")),
    Fault("drops", ("dropped", "dropped")),
    Fault("garbled", ("unavailable", "unavailable")),
    Fault("blank", ("unavailable", "unavailable")),
    Fault("empty", ("empty",)),
    Fault("filtered", ("refused",)),
    Fault("5mb", ("too_long",)),
    Fault("badjson", ("ok", "ok")),  # the second call repairs it
    Fault("hopeless", ("ok", "ok")),
    Fault("nousage", ("ok",)),
    Fault("refuses", ("ok", "ok")),  # in words: no draft that anybody would send, and a person looks
    Fault("cut", ("ok",)),
    Fault("misnamed", ("ok",)),
    Fault("good", ("ok",), stream=True),
    Fault("drops", ("dropped", "dropped"), stream=True),
    Fault("drips", ("timeout",), stream=True),
)


def model_of(fault: Fault) -> str:
    return f"told-{fault.name}"


@pytest.fixture(scope="module")
def model() -> Iterator[Provider]:
    with provider() as stub:
        yield stub


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_database_url: str, model: Provider) -> Iterator[House]:
    folder = Path(tmp_path_factory.mktemp("house"))
    routes = {
        fault.name: model.route(PASSAGES, model=f"openai/{model_of(fault)}", timeout=3, stream=fault.stream)
        for fault in FAULTS
    }
    routes |= {"default": model.route(PASSAGES), "alone": model.route(model="openai/told-alone", timeout=3, retries=0)}
    built = House(folder, module_database_url, models=routes, account=plain_account(folder))
    (folder / "policies" / "models").mkdir()
    (folder / "policies" / "models" / "routes.yaml").write_text(yaml.safe_dump(by_tag([*routes.keys() - {"default"}])))
    built.quick = True
    try:
        yield built.start()
    finally:
        built.stop()


def by_tag(routes: list[str]) -> dict[str, Any]:
    rules = [
        {
            "rule": f"to-{name}",
            "when": f'"{name}" in ticket.tags',
            "then": {"model": {"route": [name]}, "because": "The ticket says so."},
        }
        for name in sorted(routes)
    ]
    return {"version": 1, "policy": "routes", "title": "A ticket names its route", "owner": OWNER, "rules": rules}


@pytest.fixture(scope="module")
def tickets(house: House) -> dict[str, str]:
    """A ticket for each fault, all of them at once."""
    return {fault.name: house.open_ticket(f"{QUESTION} [[stub:{fault.does}]]", tags=[fault.name]) for fault in FAULTS}


def attempts(house: House, ticket: str) -> list[dict[str, Any]]:
    return house.rows(
        """select a.* from attempt a join run r on r.id = a.run_id where r.ticket_id = %s order by a.number""", ticket
    )


def calls_of(model: Provider, name: str) -> int:
    return int(model.counted().get(name, {"calls": 0})["calls"])


def notes(house: House, ticket: str) -> list[str]:
    """What the desk has stored of us, each as often as it has."""
    found = stored(house)[ticket]
    return [text for text, times in found.items() for _ in range(times) if not text.startswith(QUESTION)]


def write(house: House, ticket: str) -> dict[str, Any]:
    (found,) = house.rows("select state, last_try, tries, detail from write_back where ticket_id = %s", ticket)
    return found


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_model_that_fails_ends_in_one_note(
    house: House, tickets: dict[str, str], model: Provider, fault: Fault
) -> None:
    ticket = tickets[fault.name]

    runs = house.settled(ticket, within=60)

    made = attempts(house, ticket)
    asked = [one for one in made if one["model"] == model_of(fault)]
    assert [run["state"] for run in runs if run["verdict"]] == ["done"]
    assert tuple(one["error_kind"] or one["outcome"] for one in asked) == fault.calls
    assert calls_of(model, model_of(fault)) == len(asked)
    assert [one["number"] for one in made] == list(range(1, len(made) + 1))
    assert (made[-1]["provider"] == "offline") is not fault.drafts
    assert len(notes(house, ticket)) == 1


def test_a_provider_that_fails_for_a_while_is_asked_again_and_the_draft_comes(house: House, model: Provider) -> None:
    ticket = house.open_ticket(f"{QUESTION} It is urgent.", tags=["alone"])
    model.behave("503-after-1", times=2)
    house.say(ticket, f"{QUESTION} It is very urgent.")

    runs = house.settled(ticket, within=60)

    made = attempts(house, ticket)
    waits = [(after["started_at"] - before["ended_at"]).total_seconds() for before, after in pairwise(made)]
    assert [run["state"] for run in runs if run["verdict"]][-1:] == ["done"]
    assert made[-1]["outcome"] == "ok"
    assert all(wait >= 1 for wait, one in zip(waits, made, strict=False) if one["error_kind"]), "never too early"
    assert len(notes(house, ticket)) == 1


def test_a_model_without_a_stand_in_that_refuses_leaves_a_reason_that_can_be_replayed(
    house: House, model: Provider
) -> None:
    model.behave("filtered", times=1)
    ticket = house.open_ticket(f"{QUESTION} Alone.", tags=["alone"])

    (run,) = house.settled(ticket, within=60)

    assert (run["state"], run["event"]) == ("failed", "dead")
    assert "openai/told-alone: refused" in run["reason"]
    assert notes(house, ticket) == []


@pytest.mark.parametrize(
    "trouble",
    [
        {"trouble": "429"},
        {"trouble": "429", "retry_after": 2},
        {"trouble": "503"},
        {"trouble": "503", "retry_after": 1},
        {"trouble": "500"},
        {"trouble": "lost"},
        {"trouble": "slow", "seconds": 1},
        {"trouble": "late", "seconds": 1},
        {"trouble": "delayed", "seconds": 3},  # hangs up, and stores when it has been looked for already
        {"trouble": "lost", "hidden": 3},  # stores, hangs up, and shows it when it has been looked for already
    ],
    ids=lambda trouble: " ".join(map(str, trouble.values())),
)
def test_a_desk_that_fails_once_gets_one_note(house: House, trouble: dict[str, Any]) -> None:
    house.fault(**trouble, on="write", path="/api/tickets/*", calls=1)
    ticket = house.open_ticket(QUESTION)

    runs = house.settled(ticket, within=90)

    assert [run["state"] for run in runs if run["verdict"]] == ["done"]
    assert len(notes(house, ticket)) == 1
    assert write(house, ticket)["state"] == "written"


def test_a_desk_that_rejects_a_note_is_not_asked_again_and_the_reason_is_kept(house: House) -> None:
    house.fault("422", on="write", path="/api/tickets/*", calls=1)
    ticket = house.open_ticket(QUESTION)

    runs = house.settled(ticket, within=60)

    assert [run["event"] for run in runs] == ["dead"]
    assert "422" in runs[0]["error"]
    assert notes(house, ticket) == []


@pytest.mark.whole
@pytest.mark.parametrize("trouble", [{"trouble": "hang"}, {"trouble": "lost", "hidden": 600}], ids=["hangs", "hides"])
def test_a_desk_that_never_says_leaves_the_write_to_a_person(house: House, trouble: dict[str, Any]) -> None:
    house.fault(**trouble, on="write", path="/api/tickets/*", calls=1)
    ticket = house.open_ticket(QUESTION)

    runs = house.settled(ticket, within=300)

    assert [run["state"] for run in runs if run["verdict"]] == ["uncertain"]
    assert write(house, ticket)["state"] == "uncertain"
    assert house.draft_of(ticket)["state"] == "uncertain"
    assert len(notes(house, ticket)) <= 1
    with contextlib.closing(house.signed_in("ann")) as ann:
        assert ticket in ann.get("/").text, "it is in the inbox of people"


def test_a_reply_that_the_desk_said_it_stored_and_does_not_show_is_a_persons(house: House) -> None:
    ticket, run = house.reviewed(QUESTION)
    house.fault("forgets", on="write", path="/api/tickets/*", calls=1)

    with contextlib.closing(house.signed_in("ann")) as ann:
        ann.post(f"/review/{run}/approve", data={"text": "It arrives on Friday."}, timeout=60)

    until(lambda: house.draft_of(ticket)["state"] == "uncertain", "a person is to look", 60)
    house.settled(ticket, within=60)
    assert house.written(ticket, "public") == []
    (reply,) = house.rows("select state, detail from write_back where ticket_id = %s and purpose = 'reply'", ticket)
    assert reply["state"] == "uncertain"
    assert "does not show it" in reply["detail"]
