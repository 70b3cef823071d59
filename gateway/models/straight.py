"""Calls to models go where they are sent and nowhere else: litellm follows redirects, with the ticket and some keys."""

from typing import Any


def follow_no_redirects(module: Any) -> None:
    """Every client that litellm makes from now on takes a redirect for a refusal. `module` is where litellm
    has the transport that all of them share."""
    transport: Any = module.LiteLLMAiohttpTransport

    class Straight(transport):  # type: ignore[misc]
        async def handle_async_request(self, request: Any) -> Any:
            response = await super().handle_async_request(request)
            response.headers.pop("location", None)
            return response

    module.LiteLLMAiohttpTransport = Straight
