"""The sandbox by its description alone keeps the same contract as the connector that is written for it."""

import dataclasses
from pathlib import Path

import connectors.described
from connectors.described.connector import DescribedConnector
from tests.connectors.sandbox import test_connector as sandbox

EXAMPLES = Path(connectors.described.__file__).parent / "examples"


class TestDescribedSandbox(sandbox.TestSandbox):
    """Asked what the sandbox's own test is asked, of the same desk, with the same deliveries (`webhooks` is a link)."""

    connector_class = DescribedConnector
    account = dataclasses.replace(
        sandbox.TestSandbox.account, options={"description": str(EXAMPLES / "sandbox.yaml"), "native_drafts": True}
    )
    rights = ("tickets:read", "notes:write", "replies:write", "tickets:change")
