"""Requests made from the OpenAPI document, right ones and wrong ones: none ends in a 5xx, takes long, or is kept."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from tests.faults.figures import Figures
from tests.faults.served import Served, served
from tests.faults.size import WHOLE, size
from tests.faults.spoiling import HANG, ODD, PIECES, many

GROWTH = 150  # MB
STREAMS = ("/live", "/waiting/")  # which answer until one leaves; tests/security asks them
SEGMENTS = (
    *(
        "review",
        "runs",
        "api",
        "tickets",
        "webhooks",
        "acme",
        "1",
        "..",
        ".",
        "",
        "%00",
        "%2e%2e",
        "%ff",
        "%25",
        "\\",
        ";",
    ),
    *("static", "sidebar", "sign-in", "knowledge", "policies", "sets", "try", "a" * 300),
)
NAMES = ("account", "ticket", "key", "before", "since", "next", "proof", "a", "b", "file", "state", "run")
LINES = [str(one) for one in ODD if one != "\ud800"]
HEADERS = (
    *("accept", "cookie", "host", "content-type", "x-forwarded-for", "traceparent", "content-encoding"),
    *("authorization", "origin", "range", "if-none-match"),
)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> Iterator[Served]:
    patch = pytest.MonkeyPatch()
    patch.setenv("ACME_TOKEN", "token-of-the-integration-user")
    folder: Path = tmp_path_factory.mktemp("served")
    with served(folder, module_database_url) as made:
        yield made
    patch.undo()


def test_no_request_that_can_be_made_from_the_document_ends_in_a_5xx(web: Served, figures: Figures) -> None:
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)[: size(1, 2)]:
        for result in schemathesis.openapi.from_dict(web.document).get_all_operations():
            operation = result.ok()
            if not any(part in operation.path for part in STREAMS):
                _try(web, operation, mode)

    assert web.slowest[0] < HANG, web.slowest
    figures.tell("hostile input", f"requests from the OpenAPI document ({web.asked}): 5xx", 0, 0)
    figures.tell("hostile input", "most CPU of one request", f"under {HANG:.0f} s", f"{web.slowest[0] * 1000:.0f} ms")


def _try(web: Served, operation: schemathesis.APIOperation, mode: GenerationMode) -> None:
    public = operation.path.startswith("/api/")
    checks = [not_a_server_error, response_schema_conformance, content_type_conformance, status_code_conformance]

    @many(4, 60)
    @given(operation.as_strategy(generation_mode=mode), st.data())
    def tried(case: Case, data: st.DataObject) -> None:
        for name, known in (("account", ["acme"]), ("run_id", web.runs)):
            if name in (case.path_parameters or {}) and data.draw(st.booleans()):
                case.path_parameters[name] = data.draw(st.sampled_from(known))
        answer = case.call(base_url=web.url, headers=web.headers, allow_redirects=False, timeout=30)
        case.validate_response(answer, checks=checks if public else [not_a_server_error])

    try:
        tried()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, operation.label  # there is nothing to get wrong


@many(40, 2000)
@given(
    st.sampled_from(("GET", "POST", "HEAD", "PUT", "OPTIONS", "DELETE")),
    st.lists(st.sampled_from(SEGMENTS), max_size=6),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(PIECES) | st.sampled_from(LINES), max_size=3),
    st.dictionaries(st.sampled_from(HEADERS), st.text(st.characters(max_codepoint=255), max_size=60), max_size=3),
    st.binary(max_size=200),
)
def test_no_request_of_any_other_form_ends_in_a_5xx(
    web: Served, method: str, path: list[str], query: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    named = {name: re.sub(r"[\0-\x1f\x7f]", "", value).strip().encode("latin-1") for name, value in headers.items()}
    with httpx.Client(headers=web.headers, timeout=30) as client:
        answer = client.request(method, f"{web.url}/{'/'.join(path)}", params=query, headers=named, content=body)

    assert answer.status_code < 500, answer.text
    assert web.slowest[0] < HANG, web.slowest


def test_what_was_asked_is_not_kept_in_memory(web: Served, figures: Figures) -> None:
    process, before = psutil.Process(), 0
    with httpx.Client(base_url=web.url, headers=web.headers, timeout=30) as client:
        for round in range(size(3, 20)):
            for at in range(size(20, 500)):
                client.get(f"/runs/{round * 1000 + at + 10}", params={"x": "y" * 1000}, headers={"accept": f"a/{at}"})
                client.post(f"/webhooks/nobody-{round}-{at}", content=b"x" * 10_000)
            before = before or process.memory_info().rss
    grown = (process.memory_info().rss - before) / 1e6

    assert grown < GROWTH, f"{grown:.0f} MB"
    if WHOLE:
        figures.tell("hostile input", "growth over 20,000 strange requests", f"under {GROWTH} MB", f"{grown:.0f} MB")
