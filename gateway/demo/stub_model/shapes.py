"""The same answer as OpenAI, vLLM and Ollama would put it on the wire.

OpenAI: platform.openai.com/docs/api-reference/chat. vLLM: docs.vllm.ai, OpenAI-compatible server. Ollama:
github.com/ollama/ollama/blob/main/docs/api.md (durations are nanoseconds, a stream is one JSON object a line).
"""

import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from gateway.demo.stub_model.count import Usage
from gateway.demo.stub_model.script import Said

CHUNK = 40  # characters a chunk of a stream


def pieces(text: str) -> Iterator[str]:
    """A stream's chunks; long answers go in longer ones."""
    size = max(CHUNK, len(text) // 500)
    return (text[start : start + size] for start in range(0, len(text), size))


def openai_usage(usage: Usage, vllm: bool, lies: bool) -> dict[str, Any]:
    """Usage as told by OpenAI; vLLM tells no details."""
    if lies:
        return {"prompt_tokens": -5, "completion_tokens": 10**12, "total_tokens": 3}
    told: dict[str, Any] = {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
    }
    if vllm:
        return {**told, "prompt_tokens_details": None}
    return {
        **told,
        "prompt_tokens_details": {"cached_tokens": usage.cached},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }


def openai_answer(model: str, said: Said, usage: dict[str, Any] | None) -> dict[str, Any]:
    """A whole chat completion."""
    message = {"role": "assistant", "content": said.text, "refusal": None}
    return {
        "id": f"chatcmpl-{uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": said.finish_reason, "logprobs": None}],
        **({"usage": usage} if usage else {}),
    }


def openai_stream(model: str, said: Said, usage: dict[str, Any] | None) -> Iterator[bytes]:
    """Server-sent events: text, the reason to finish, usage where it was asked for, the end."""
    head = {
        "id": f"chatcmpl-{uuid4().hex}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": model,
    }

    def event(choices: list[dict[str, Any]], **more: Any) -> bytes:
        return b"data: " + json.dumps({**head, "choices": choices, **more}, ensure_ascii=False).encode() + b"\n\n"

    yield event([{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}])
    for piece in pieces(said.text):
        yield event([{"index": 0, "delta": {"content": piece}, "finish_reason": None}])
    yield event([{"index": 0, "delta": {}, "finish_reason": said.finish_reason}])
    if usage:
        yield event([], usage=usage)
    yield b"data: [DONE]\n\n"


def ollama_line(model: str, chat: bool, text: str, end: dict[str, Any] | None) -> bytes:
    """One line of Ollama's answer; a whole answer is one line that is also the end."""
    said = {"message": {"role": "assistant", "content": text}} if chat else {"response": text}
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return (
        json.dumps({"model": model, "created_at": created, **said, "done": end is not None, **(end or {})}).encode()
        + b"\n"
    )


def ollama_end(said: Said, usage: Usage | None) -> dict[str, Any]:
    """The fields of Ollama's last line."""
    counts = {"prompt_eval_count": usage.input, "eval_count": usage.output} if usage else {}
    return {"done_reason": said.finish_reason, "total_duration": 1_000_000, "eval_duration": 500_000, **counts}
