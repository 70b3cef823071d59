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

    from gateway.models.offline.provider import OfflineProvider

    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # its lines may carry ticket text
    warnings.filterwarnings("ignore", message=".*`ReadOnly` qualifier", category=UserWarning)  # litellm's own types
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
    return await asyncio.to_thread(load_litellm)


async def close() -> None:
    """Close the connections that litellm keeps open. Nothing to do where it was never loaded."""
    if load_litellm.cache_info().currsize:
        await load_litellm().close_litellm_async_clients()
