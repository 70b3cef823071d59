"""The one door to litellm: opened on the first call in a worker, quiet, and without a request of its own.

Importing litellm takes two seconds and 160 MB, so that nothing else may import it. What is set here, and why, was
measured with litellm 1.106.2: without these it reads `./.env`, fetches price lists and tokenizers, and prints.
"""

import asyncio
import logging
import os
import warnings
from functools import cache
from typing import Any

from gateway.models.straight import follow_no_redirects

_BEFORE_IMPORT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # prices from the package, never from the network
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_LOCAL_BLOG_POSTS": "True",
    "LITELLM_MODE": "PRODUCTION",  # else it loads ./.env at import
}


@cache
def load_litellm() -> Any:
    """The litellm module, configured. Blocks for seconds the first time: `ready` does it beside the event loop.

    The transport stays aiohttp, litellm's own choice: 4.1 ms of CPU a call against 6.4 ms with httpx.
    """
    os.environ.update(_BEFORE_IMPORT)
    import litellm
    import openai.resources  # noqa: F401  # else the first call does it, on the event loop
    from litellm.llms.custom_httpx import aiohttp_transport

    from gateway.models.offline.provider import OfflineProvider

    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # its lines may carry ticket text
    warnings.filterwarnings("ignore", message=".*`ReadOnly` qualifier", category=UserWarning)  # litellm's own types
    follow_no_redirects(aiohttp_transport)
    litellm.utils.json_data = None  # Anthropic's tokenizer as it was parsed, 14 MB that only its text is read of
    litellm.suppress_debug_info = True
    litellm.disable_hf_tokenizer_download = True
    litellm.disable_streaming_logging = True
    litellm.num_retries = 0
    litellm.custom_provider_map = [{"provider": "offline", "custom_handler": OfflineProvider()}]
    return litellm


async def ready() -> Any:
    """The litellm module, imported in a thread if it is not there yet. A worker awaits this when it starts."""
    if load_litellm.cache_info().currsize:
        return load_litellm()
    litellm = await asyncio.to_thread(load_litellm)
    # The first call imports another 450 modules (0.6 s of CPU). This one makes no request, and asks no provider.
    messages = [{"role": "user", "content": "a rehearsal"}]
    await litellm.acompletion(model="openai/rehearsal", messages=messages, mock_response="done", api_key="none")
    return litellm


async def close() -> None:
    """Close the connections that litellm keeps open. Nothing to do where it was never loaded."""
    if load_litellm.cache_info().currsize:
        await load_litellm().close_litellm_async_clients()
