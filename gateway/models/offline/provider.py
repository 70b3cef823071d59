"""The offline drafter as a provider of litellm, so that it walks the same road as every model.

Only `engine.load_litellm` imports this module, because it imports litellm.
"""

import json
from typing import Any

from litellm import ModelResponse, Usage
from litellm.llms.custom_llm import CustomLLM, CustomLLMError

from gateway.models.offline.compose import compose
from gateway.models.request import DraftRequest


class OfflineProvider(CustomLLM):
    """Answers `offline/extractive`. It reads the request itself, handed over as `draft_request`, not the prompt."""

    async def acompletion(self, *_: Any, **told: Any) -> Any:
        """The letter as the JSON that every model is asked for. No tokens are used."""
        request = told["optional_params"].get("draft_request")
        if told["model"] != "extractive" or not isinstance(request, DraftRequest):
            raise CustomLLMError(400, "offline/extractive answers draft requests and nothing else")  # type: ignore[no-untyped-call]
        reply = compose(request)
        message = {"role": "assistant", "content": json.dumps(reply, ensure_ascii=False)}
        return ModelResponse(
            model="offline/extractive",
            choices=[{"index": 0, "message": message, "finish_reason": "stop"}],
            usage=Usage(prompt_tokens=0, completion_tokens=0, total_tokens=0),
        )
