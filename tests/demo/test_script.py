"""A mistake in a ticket file or in a feed is named where it is, and what is right is read whole."""

import json
from pathlib import Path

import pytest

from gateway.demo.scenario import Ending
from gateway.demo.script import LINE_LIMIT, ScriptInvalid, load_feed, load_scenarios

TICKET = """
account: demo
requester: {name: Ada Example, email: ada@example.com}
subject: Where is it?
body: Where is my parcel?
expect: {verdict: review}
"""


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def feed(folder: Path, *records: object) -> Path:
    path = folder / "feed.jsonl"
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in records), encoding="utf-8")
    return path


class TestATicketFile:
    def test_its_name_gives_the_id_and_the_order(self, tmp_path: Path) -> None:
        written(tmp_path, "02-second.yaml", TICKET)
        written(tmp_path, "01-the-first.yaml", TICKET)

        assert [scenario.id for scenario in load_scenarios(tmp_path)] == ["the-first", "second"]

    def test_one_verdict_or_a_list_of_them_may_be_expected(self, tmp_path: Path) -> None:
        written(tmp_path, "01-one.yaml", TICKET.replace("review", "[superseded, nothing]"))

        (scenario,) = load_scenarios(tmp_path)

        assert scenario.expect is not None
        assert scenario.expect.verdict == (Ending.SUPERSEDED, Ending.NOTHING)

    def test_a_scenario_cannot_be_changed(self, tmp_path: Path) -> None:
        (scenario,) = load_scenarios(written(tmp_path, "01-one.yaml", TICKET))

        with pytest.raises(AttributeError):
            scenario.subject = "another"  # type: ignore[misc]

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            (("subject:", "subjekt:"), r"01-x\.yaml: subjekt: Unexpected"),
            (("subject: Where is it?\n", ""), r"01-x\.yaml: subject: Field required"),
            (("verdict: review", "verdict: approve"), r"01-x\.yaml: expect\.verdict\.0: .*'withhold'"),
            (("verdict: review", "verdict: []"), r"01-x\.yaml: expect\.verdict: .*at least 1"),
            (("verdict: review", "verdict: review, public_replies: 1"), r"a public reply needs the verdict send"),
            (("ada@example.com", "ada@gmail.com"), r"01-x\.yaml: requester\.email: "),
            (("body:", "model: gpt-9\nbody:"), r"01-x\.yaml: model: .*'stub-wrong'"),
            (("body:", "follow_ups: [{from: agent, after: 1}]\nbody:"), r"follow_ups\.0: .*deletes_ticket"),
            (("body:", "follow_ups: [{from: me, after: 1, body: x}]\nbody:"), r"follow_ups\.0\.from: "),
            (("subject:", "subject: ["), r"01-x\.yaml:\d+:\d+: "),
            (("expect:", "expected:"), r"01-x\.yaml: a ticket is a mapping with .* expect"),
        ],
    )
    def test_a_mistake_is_named_with_its_place(self, tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
        written(tmp_path, "01-x.yaml", TICKET.replace(*change))

        with pytest.raises(ScriptInvalid, match=complaint):
            load_scenarios(tmp_path)

    def test_history_out_of_order_is_refused(self, tmp_path: Path) -> None:
        messages = "[{from: agent, hours_ago: 1, body: b}, {from: requester, hours_ago: 2, body: a}]"
        written(tmp_path, "01-x.yaml", f"{TICKET}history: {messages}\n")

        with pytest.raises(ScriptInvalid, match="oldest"):
            load_scenarios(tmp_path)

    def test_all_wrong_files_are_reported_at_once(self, tmp_path: Path) -> None:
        written(tmp_path, "01-x.yaml", "just words")
        written(tmp_path, "02-same.yaml", TICKET)
        written(tmp_path, "03-same.yaml", TICKET)
        written(tmp_path, "Fourth.yaml", TICKET)
        (tmp_path / "05-bytes.yaml").write_bytes(b"subject: \xff\xfe")

        with pytest.raises(ScriptInvalid) as caught:
            load_scenarios(tmp_path)

        places = [line.split(":")[0] for line in caught.value.detail.splitlines()]
        assert places == ["01-x.yaml", "03-same.yaml", "05-bytes.yaml", "Fourth.yaml"]

    def test_an_empty_folder_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ScriptInvalid, match=r"no ticket in .*NN-id\.yaml"):
            load_scenarios(tmp_path)


class TestAFeed:
    def test_text_alone_makes_a_ticket_whose_subject_is_its_beginning(self, tmp_path: Path) -> None:
        text = "My card\nhas not arrived. " + "Please look into it. " * 10

        (ticket,) = load_feed(feed(tmp_path, {"id": 7, "text": text, "intent": "card_arrival"}))

        assert (ticket.id, ticket.account, ticket.body) == ("7", "demo", text)
        assert ticket.subject.startswith("My card has not arrived. Please")
        assert len(ticket.subject) <= 80
        assert ticket.expect is None

    def test_subject_and_body_are_taken_as_they_are(self, tmp_path: Path) -> None:
        (ticket,) = load_feed(feed(tmp_path, {"id": "a", "subject": "Hi", "body": "there"}), account="other")

        assert (ticket.subject, ticket.body, ticket.account) == ("Hi", "there", "other")

    def test_each_ticket_has_a_requester_of_its_own(self, tmp_path: Path) -> None:
        tickets = load_feed(feed(tmp_path, *({"id": i, "text": "same"} for i in range(5))))

        assert len({ticket.requester.email for ticket in tickets}) == 5

    def test_blank_lines_and_a_byte_order_mark_do_no_harm(self, tmp_path: Path) -> None:
        path = feed(tmp_path, "\ufeff" + json.dumps({"id": 1, "text": "a"}), "", "  ", {"id": 2, "text": "b"})

        assert [ticket.id for ticket in load_feed(path)] == ["1", "2"]

    def test_nothing_behind_the_limit_is_read(self, tmp_path: Path) -> None:
        path = feed(tmp_path, {"id": 1, "text": "a"}, {"id": 2, "text": "b"}, "not json")

        assert [ticket.id for ticket in load_feed(path, 2)] == ["1", "2"]

    @pytest.mark.parametrize(
        ("line", "complaint"),
        [
            ('{"id": 2, "text": ', r"feed\.jsonl:3: not JSON"),
            ('["id", "text"]', r"feed\.jsonl:3: not a JSON object"),
            ('{"text": "no id"}', r"feed\.jsonl:3: needs id, and text or subject and body"),
            ('{"id": 2, "body": "no subject"}', r"feed\.jsonl:3: needs id, and text or subject and body"),
            ('{"id": 2, "subject": "no body"}', r"feed\.jsonl:3: needs id, and text or subject and body"),
            ('{"id": 2, "text": ["a list"]}', r"feed\.jsonl:3: body: "),
            ('{"id": null, "text": "a"}', r"feed\.jsonl:3: id: "),
            ('{"id": 1, "text": "again"}', r"feed\.jsonl:3: the same id as line 1"),
            ('{"id": 2, "text": "' + "x" * LINE_LIMIT + '"}', r"feed\.jsonl:3: longer than"),
            ("[" * 200_000, r"feed\.jsonl:3: "),
        ],
    )
    def test_a_malformed_line_is_named_by_its_number(self, tmp_path: Path, line: str, complaint: str) -> None:
        path = feed(tmp_path, {"id": 1, "text": "a"}, "", line)

        with pytest.raises(ScriptInvalid, match=complaint):
            load_feed(path)

    def test_bytes_that_are_not_utf_8_are_named_by_their_line(self, tmp_path: Path) -> None:
        path = tmp_path / "feed.jsonl"
        path.write_bytes(b'{"id": 1, "text": "a"}\n{"id": 2, "text": "caf\xe9"}\n')

        with pytest.raises(ScriptInvalid, match=r"feed\.jsonl:2: not UTF-8"):
            load_feed(path)

    def test_no_complaint_repeats_what_a_person_wrote(self, tmp_path: Path) -> None:
        path = feed(tmp_path, {"id": 1, "subject": "my pin is 4711 " * 40, "body": "my pin is 4711"})

        with pytest.raises(ScriptInvalid) as caught:
            load_feed(path)

        assert "4711" not in str(caught.value)

    def test_a_file_that_is_not_there_or_empty_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ScriptInvalid, match="cannot be read"):
            load_feed(tmp_path / "nowhere.jsonl")
        with pytest.raises(ScriptInvalid, match=r"no ticket in feed\.jsonl"):
            load_feed(feed(tmp_path, ""))
