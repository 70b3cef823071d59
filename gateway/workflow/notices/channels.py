"""How a notice leaves the house: by SMTP, or as JSON to one address."""

import asyncio
import hashlib
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import EmailMessage
from typing import Any, Protocol
from urllib.parse import urlsplit

from connectors.errors import ConnectorError
from connectors.http import HttpClient

TIMEOUT = 15.0  # seconds


class NotSent(Exception):
    """Why, in words that name no secret."""


class Channel(Protocol):
    """Sends one notice; the same `key` twice is the same notice. Raises NotSent."""

    async def send(self, address: str, key: str, said: Mapping[str, Any]) -> None: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Mail:
    """An SMTP server. `security`: starttls, tls or none."""

    server: str
    port: int
    security: str
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    async def send(self, address: str, key: str, said: Mapping[str, Any]) -> None:
        try:
            await asyncio.to_thread(self._send, self._message(address, key, said))
        except smtplib.SMTPAuthenticationError:
            raise NotSent("the mail server refuses our user and password") from None
        except smtplib.SMTPResponseException as error:
            raise NotSent(f"the mail server answered {error.smtp_code}") from None
        except (smtplib.SMTPException, OSError, MessageError, ValueError) as error:
            raise NotSent(f"no mail could be sent: {type(error).__name__}") from None

    async def close(self) -> None:
        """Each mail has a connection of its own."""

    def _message(self, address: str, key: str, said: Mapping[str, Any]) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = address
        message["Subject"] = said["subject"]
        # The same notice has the same id: a second try after a lost answer is one mail to most servers.
        digest = hashlib.sha256(f"{key} {address}".encode()).hexdigest()[:32]
        message["Message-ID"] = f"<{digest}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday message answers
        message.set_content(f"{said['text']}\n\n{said['link']}\n")
        return message

    def _send(self, message: EmailMessage) -> None:
        context = ssl.create_default_context()
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.server, self.port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self.server, self.port, timeout=TIMEOUT)
        with server:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.user and self.password:
                server.login(self.user, self.password)
            server.send_message(message)


class WebhookChannel:
    """One address that takes JSON: `text` for chat tools, and the parts for programs."""

    def __init__(self, url: str, *, allow_private_network: bool = False) -> None:
        parts = urlsplit(url)
        self._path = parts.path + (f"?{parts.query}" if parts.query else "")
        self._http = HttpClient(
            f"{parts.scheme}://{parts.netloc}", headers={}, allow_private_network=allow_private_network
        )

    async def send(self, address: str, key: str, said: Mapping[str, Any]) -> None:
        body = {**said, "id": key, "text": f"{said['subject']}: {said['text']} {said['link']}"}
        try:
            await self._http.tell(self._path, json=body)
        except ConnectorError as error:
            # Its words may quote the address, which may be a secret.
            raise NotSent(f"the webhook did not take it: {type(error).__name__} {error.status or ''}".strip()) from None

    async def close(self) -> None:
        await self._http.close()
