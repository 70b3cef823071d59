"""Whatever outsiders, editors of files and models can write is read or refused in a way that is meant, and soon."""

import importlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors
from connectors.contract import BodyFormat, Message, Person, Role, Visibility
from connectors.described.load import load as load_description
from connectors.errors import ConnectorError
from connectors.markup import neutralised, words_of
from connectors.tracing import valid
from gateway.access.cookies import Cookies
from gateway.access.sessions import Signer
from gateway.errors import GatewayError
from gateway.knowledge import Defaults
from gateway.knowledge.markup import article_text, told_by
from gateway.knowledge.readers import read_source
from gateway.ledger.invoices import read as read_invoice
from gateway.models import PromptFile, PromptInvalid
from gateway.models.structure import plain_text, read_structure
from gateway.pages import telling
from gateway.policy import PolicyErrors, load
from gateway.screening import clean, file_text, injection_in, language_of
from gateway.settings import read_installation
from gateway.workflow.attachments import text_of
from gateway.workflow.commands import command_in
from gateway.workflow.shape import shape_of
from tests.connectors.contract import ConnectorContract
from tests.connectors.deliveries import recordings
from tests.faults.spoiling import documents, many, soon, texts

ROOT = Path(__file__).parents[2]
SUITES = sorted(
    f.parent for f in (ROOT / "tests" / "connectors").rglob("test_connector.py") if f.parent.name != "described"
)
POLICIES = {path.relative_to(ROOT / "policies").as_posix(): path.read_text() for path in ROOT.glob("policies/*/*.yaml")}
DESCRIPTIONS = [path.read_text() for path in (ROOT / "connectors" / "described" / "examples").glob("*.yaml")]
CONDITIONS = (
    '"refund" in screen.topics', "draft.largest_amount > 100", "ticket.tags.exists(t, t == 'vip')", "!(requester.vip)",
    "knowledge.grounding >= 0.9 && screen.language == 'de'", "size(screen.topics) > 1 ? true : false",
    "ticket.subject.matches('^a+$')", "screen.injection < 0.5 || draft.promises == 0",
)  # fmt: skip
POLICY = """version: 1
policy: tried
title: Tried
owner: {{team: Tests, contact: tests@example.com}}
rules:
  - rule: one
    when: {condition}
    then: {{reply: review, because: Tried.}}
"""
PAGES = (
    "<p>Hello <b>there</b></p><blockquote><p>On Monday x wrote:</p></blockquote><p>-- <br>Ann</p>",
    '<html><head><title>T</title><meta property="og:title" content="x"></head><body><main><h1>A</h1><ul><li>b</ul>',
    "<table><tr><td>1<td>2</table><pre>  x\n y</pre><a href='javascript:x'>y</a><img src=data:x>",
)
MAILS = (
    "Where is it?\n\nOn Mon, 2 Nov 2026 at 10:00, Care <care@acme.example> wrote:\n> Dear x,\n> > we\n\n-- \nAnn\n",
    "Hallo,\n\nVon: Care\nGesendet: Montag\nBetreff: x\n\nalles gut\n\nMit freundlichen Grüßen\nAnn\n+49 30 123456",
    "**bold** [a](https://b.example)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n",
)
ANSWERS = (
    '{"reply": "Dear Ann [1].", "citations": [[1]], "confidence": 0.8, "open_questions": ["x"], "tags": ["a b"]}',
    'Sure:\n```json\n{"reply": "```json\\n{\\"reply\\": \\"x\\"}\\n```"}\n```',
    '{"reply": "cut off in the mid',
)
NOTES = ("/approve", "/send\nDear Ann,\n\nyes.", "/reject wrong facts", "/aprove", "/redraft shorter", "/etc/passwd")
FRONT = (
    "---\ntitle: A\nurl: https://a.example\nlanguage: en\nupdated: 2026-01-01\n---\n\n# A\n\nText.\n",
    "# B\n\n text",
)
LINES = ('{"id": "1", "title": "A", "text": "b", "updated": "2026-01-01", "audience": "public"}\n', "{}\n[]\n")
INVOICES = (
    "start_time,model,input_tokens,output_tokens,amount\n2026-10-01,gpt-5-mini,1200,88,0.02\n",
    '{"data": [{"start_time": 1790812800, "results": [{"amount": {"value": "0.06"}, "line_item": "gpt"}]}]}',
)


@pytest.mark.parametrize("folder", SUITES, ids=lambda folder: folder.name)
def test_a_delivery_is_translated_or_refused(folder: Path) -> None:
    name = folder.relative_to(ROOT).as_posix().replace("/", ".")
    module = importlib.import_module(f"{name}.test_connector")
    kind = next(
        one for key, one in vars(module).items() if key.startswith("Test") and issubclass(one, ConnectorContract)
    )
    suite = kind()
    connector = suite.connect()

    @many(15, 300)
    @given(documents([file.read_bytes() for file in recordings(suite)]))
    def any_delivery(body: bytes) -> None:
        signed = suite.sign(body)
        received = soon(lambda: connector.receive(signed), ConnectorError)
        for event in received.events if received else ():
            assert event.event_id
            assert event.ticket_id
            assert "\x00" not in event.event_id + event.ticket_id
        soon(lambda: shape_of(body))

    any_delivery()


@many(30, 1500)
@given(st.sampled_from(sorted(POLICIES)), st.data())
def test_a_policy_file_is_loaded_or_refused_with_its_mistakes(path: str, data: st.DataObject) -> None:
    text = data.draw(texts([POLICIES[path]]))

    soon(lambda: load({path: text}), PolicyErrors)


@many(40, 2000)
@given(texts(CONDITIONS))
def test_a_condition_is_loaded_or_refused_with_its_mistakes(condition: str) -> None:
    soon(lambda: load({"approval/tried.yaml": POLICY.format(condition=_quoted(condition))}), PolicyErrors)


@many(40, 1500)
@given(texts([(ROOT / "countersign.example.yaml").read_text(), "version: 1\naccounts: {}\n"]))
def test_the_installation_is_read_or_refused_with_its_mistakes(tmp_path_factory: Any, text: str) -> None:
    file = written(tmp_path_factory, "countersign.yaml", text)

    soon(lambda: read_installation(file, list(connectors.REGISTRY)), GatewayError)


@many(40, 1500)
@given(texts(DESCRIPTIONS))
def test_a_description_of_a_help_desk_is_read_or_refused_with_its_mistakes(tmp_path_factory: Any, text: str) -> None:
    file = written(tmp_path_factory, "desk.yaml", text)

    soon(lambda: load_description(file), ConnectorError)


@many(60, 2500)
@given(texts((*PAGES, *MAILS)), st.sampled_from(("text", "html", "markdown")))
def test_a_mail_is_cleaned_and_screened(body: str, format: str) -> None:
    cleaned = soon(lambda: clean(body, format))

    soon(lambda: (injection_in(cleaned.text, hidden=cleaned.hidden), language_of(cleaned.text)))


@many(40, 2000)
@given(st.binary(max_size=400) | texts((*PAGES, *MAILS)).map(lambda text: text.encode("utf-16", "surrogatepass")))
def test_an_attached_file_is_read_or_is_no_text(content: bytes) -> None:
    text = soon(lambda: text_of(content))

    if text is not None:
        soon(lambda: (file_text(text, "text"), file_text(text, "html")))


@many(40, 2000)
@given(texts(PAGES))
def test_a_page_becomes_an_article(html: str) -> None:
    soon(lambda: (article_text(html), told_by(html), neutralised(html), words_of(html)))


@many(40, 1500)
@given(texts(FRONT), texts(LINES))
def test_files_of_articles_are_read_and_their_mistakes_told(tmp_path_factory: Any, markdown: str, lines: str) -> None:
    file = written(tmp_path_factory, "article.md", markdown)
    written(tmp_path_factory, "articles.jsonl", lines)

    soon(lambda: read_source(file.parent, Defaults("help", owner="Care")))
    soon(lambda: read_source(file.parent / "articles.jsonl", Defaults("help", owner="Care")))


@many(40, 1500)
@given(texts([(ROOT / "policies" / "prompts" / name).read_text() for name in ("draft.md", "repair.md")]))
def test_a_prompt_is_loaded_or_refused_with_its_mistakes(tmp_path_factory: Any, text: str) -> None:
    file = written(tmp_path_factory, "draft.md", text)

    soon(lambda: PromptFile.load(file), PromptInvalid)


@many(60, 2500)
@given(texts(ANSWERS))
def test_an_answer_of_a_model_has_a_structure_or_a_text(answer: str) -> None:
    found = soon(lambda: read_structure(answer))
    plain = soon(lambda: plain_text(answer))

    assert found is None or isinstance(found.reply, str)
    assert isinstance(plain, str)


@many(60, 2500)
@given(texts(NOTES), st.sampled_from(list(BodyFormat)))
def test_a_note_holds_a_command_or_none(body: str, format: BodyFormat) -> None:
    author = Person("a1", Role.AGENT, "Ann")
    note = Message("m1", author, Visibility.INTERNAL, body, format, datetime.now(UTC))

    soon(lambda: command_in(note))


@many(40, 1500)
@given(texts(INVOICES), st.sampled_from(("bill.csv", "bill.json", "bill.jsonl")))
def test_a_bill_is_added_up_or_refused(tmp_path_factory: Any, text: str, name: str) -> None:
    file = written(tmp_path_factory, name, text)

    soon(lambda: read_invoice(file), GatewayError)


@many(60, 2500)
@given(st.text(max_size=200))
def test_cookies_links_and_trace_ids_of_strangers_are_nobody(text: str) -> None:
    signer = Signer("a key that only the tests use")

    assert soon(lambda: signer.read_session(text)) is None
    assert soon(lambda: signer.read_link(text)) is None
    assert soon(lambda: signer.read_state(text)) is None
    assert soon(lambda: signer.read_hand_over(text, text)) is None
    soon(lambda: (Cookies(secure=True).read(text, "countersign"), valid(text)))


@many(60, 2500)
@given(st.text(max_size=300) | st.integers() | st.none())
def test_any_value_can_be_shown_on_a_page(value: Any) -> None:
    html = soon(lambda: telling.text(value))

    assert "<script" not in html.lower()
    link = soon(lambda: telling.link(value))
    assert link is None or link.startswith(("https://", "http://"))


def written(factory: Any, name: str, text: str) -> Path:
    """A file with this text, in one folder for all examples."""
    folder = factory.getbasetemp() / "parsers"
    folder.mkdir(exist_ok=True)
    file = Path(folder / name)
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    return file


def _quoted(text: str) -> str:
    return "'" + "".join(char for char in text if char >= " ").replace("'", "''") + "'"
