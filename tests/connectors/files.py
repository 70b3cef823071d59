"""What is in an attached file: read up to a limit, and from nowhere but the account's own server."""

import contextlib
from dataclasses import replace
from typing import ClassVar, cast

import httpx
import pytest

from connectors.contract import Attachment, Capability, Connector, ReadsFiles
from connectors.errors import ConnectorError
from tests.connectors.failures import REFUSALS, error_of
from tests.connectors.line import Line, answers
from tests.connectors.questions import Questions


class FilePromises(Questions):
    text_file: ClassVar[Attachment | None] = None  # one on `ticket_id`, whose content is `text_in_file`
    text_in_file: ClassVar[bytes] = b""

    @pytest.fixture
    def reader(self, connector: Connector) -> ReadsFiles:
        self.needs(connector, Capability.FILES)
        return cast(ReadsFiles, connector)

    @property
    def file(self) -> Attachment:
        assert self.text_file is not None, "a connector that reads files names one"
        return self.text_file

    async def test_fetch_tells_of_the_file_as_it_is_asked_for(self, reader: ReadsFiles, connector: Connector) -> None:
        ticket = await connector.fetch(self.ticket_id)

        assert self.file in [file for message in ticket.messages for file in message.attachments]

    async def test_what_is_in_a_file_is_read(self, reader: ReadsFiles) -> None:
        assert await reader.read_file(self.file, 100_000) == self.text_in_file

    async def test_a_file_is_read_up_to_a_limit(self, reader: ReadsFiles) -> None:
        assert await reader.read_file(self.file, 7) == self.text_in_file[:7]

    async def test_a_file_that_the_help_desk_refuses_is_an_error_of_ours(self, reader: ReadsFiles, line: Line) -> None:
        for status, expected in REFUSALS.items():
            line.breaks(answers(status, location="https://elsewhere.example/"))

            error = await error_of(lambda: reader.read_file(self.file, 100), f"{status}")

            assert (type(error), error.status) == (expected, status)

    @pytest.mark.parametrize(
        "url",
        [
            "https://elsewhere.example/file",
            "https://elsewhere.example:443/file",
            "//elsewhere.example/file",
            "http://127.0.0.1/file",
            "https://acme.example.com@elsewhere.example/file",
            "file:///etc/passwd",
            "https://[",
        ],
    )
    async def test_a_file_elsewhere_is_never_asked_for(self, reader: ReadsFiles, line: Line, url: str) -> None:
        line.forget()
        with contextlib.suppress(ConnectorError):
            await reader.read_file(replace(self.file, url=url), 100)

        assert {request.url.host for request in line.requests} <= {httpx.URL(self.account.base_url).host}
