"""The stub's HTTP door: three vendors' endpoints, a switch for behaviour and a counter."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from gateway.demo.stub_model import shapes
from gateway.demo.stub_model.behaviour import Behaviour, Choice, Override, choose, text_of
from gateway.demo.stub_model.broken import broken
from gateway.demo.stub_model.count import Count, Served, Usage, usage_of
from gateway.demo.stub_model.script import Said, say

SLOW_S = 4.0
SILENT = (Behaviour.NOUSAGE, Behaviour.LIES)  # tell nothing that a ledger could count


class Stub:
    """One stub: its latency, what it was told to do, and what it has served."""

    def __init__(self, latency_s: float) -> None:
        self.latency_s = latency_s
        self.override: Override | None = None
        self.count = Count()

    async def chat_completions(self, request: Request) -> Response:
        """OpenAI's endpoint, and vLLM's below `/vllm`."""
        body = await request.json()
        model, prompt = str(body.get("model")), text_of(body)
        served = self.count.models[model]
        choice = self.choice(served, prompt, model)
        if choice.behaviour is Behaviour.NOJSON and "response_format" in body:
            choice = Choice(Behaviour.FAILS, 400)
        if refusal := await self.pause(served, choice):
            return refusal
        if nonsense := await broken(choice.behaviour, request):
            served.failed += 1
            return nonsense
        said = say(choice.behaviour, prompt)
        usage = usage_of(prompt, said.text, said.reasoning_tokens)
        if choice.behaviour is Behaviour.INFLATES:
            usage = Usage(usage.input * 10, usage.output * 10, usage.cached, usage.reasoning)
        told = shapes.openai_usage(usage, "/vllm" in request.url.path, choice.behaviour is Behaviour.LIES)
        if choice.behaviour is Behaviour.NOUSAGE:
            told = {}
        counted = None if choice.behaviour in SILENT else usage
        if choice.behaviour is Behaviour.MISNAMED:
            model = "somebody-elses-model"
        if not body.get("stream"):
            return self.whole(served, json.dumps(shapes.openai_answer(model, said, told)).encode(), choice, counted)
        if not (body.get("stream_options") or {}).get("include_usage"):
            told, counted = {}, None
        return self.stream(served, shapes.openai_stream(model, said, told), choice, counted, "text/event-stream")

    async def ollama(self, request: Request) -> Response:
        """`/api/chat` and `/api/generate`, which stream unless told otherwise."""
        body = await request.json()
        model, prompt, chat = str(body.get("model")), text_of(body), request.url.path.endswith("/chat")
        served = self.count.models[model]
        choice = self.choice(served, prompt, model)
        if refusal := await self.pause(served, choice):
            return refusal
        said = say(choice.behaviour, prompt)
        usage = usage_of(prompt, said.text, 0)
        usage = Usage(usage.input, usage.output, 0, 0)
        counted = None if choice.behaviour in SILENT else usage
        end = shapes.ollama_end(Said(said.text, said.finish_reason), counted)
        if body.get("stream") is False:
            return self.whole(served, shapes.ollama_line(model, chat, said.text, end), choice, counted)
        lines = [shapes.ollama_line(model, chat, piece, None) for piece in shapes.pieces(said.text)]
        lines.append(shapes.ollama_line(model, chat, "", end))
        return self.stream(served, lines, choice, counted, "application/x-ndjson")

    def choice(self, served: Served, prompt: str, model: str) -> Choice:
        """Count the call and choose what it gets, using up an override."""
        served.calls += 1
        override = self.override
        if override is not None and override.times is not None:
            override.times -= 1
            if override.times <= 0:
                self.override = None
        choice = choose(override, prompt, model)
        flaked = choice.behaviour is Behaviour.FLAKY and served.calls == 1
        return Choice(Behaviour.FAILS, 500) if flaked else choice

    async def pause(self, served: Served, choice: Choice) -> Response | None:
        """Wait as long as the behaviour asks; the refusal, where it is one."""
        await asyncio.sleep({Behaviour.SLOW: SLOW_S, Behaviour.HANGS: 3600.0}.get(choice.behaviour, self.latency_s))
        if choice.status == 200:
            return None
        served.failed += 1
        headers = {} if choice.retry_after is None else {"retry-after": f"{choice.retry_after:g}"}
        problem = {"message": f"stub says {choice.status}", "type": "stub", "code": str(choice.status)}
        return JSONResponse({"error": problem}, status_code=choice.status, headers=headers)

    def whole(self, served: Served, body: bytes, choice: Choice, usage: Usage | None) -> Response:
        """One answer in one piece; `drops` promises more bytes than it sends."""
        if choice.behaviour is Behaviour.DROPS:
            return self.stream(served, [body], choice, None, "application/json")
        served.answer(usage)
        return Response(body, media_type="application/json")

    def stream(
        self, served: Served, parts: Iterable[bytes], choice: Choice, usage: Usage | None, media_type: str
    ) -> StreamingResponse:
        """One answer in parts, counted when the last part is out."""

        async def body() -> AsyncIterator[bytes]:
            done = False
            try:
                for sent, part in enumerate(parts):
                    if choice.behaviour is Behaviour.DROPS and (sent == 3 or media_type == "application/json"):
                        raise ConnectionResetError("the stub drops the line, as it was asked to")
                    yield part
                    await asyncio.sleep(0)
                done = True
            finally:
                if done:
                    served.answer(usage, streamed=True)
                else:
                    served.aborted += 1

        return StreamingResponse(body(), media_type=media_type)

    async def models(self, request: Request) -> Response:
        """Names, as OpenAI and Ollama list them."""
        names = [f"stub-{behaviour}" for behaviour in Behaviour]
        data = [{"id": name, "object": "model", "created": 0, "owned_by": "stub"} for name in names]
        return JSONResponse(
            {"object": "list", "data": data, "models": [{"name": name, "model": name} for name in names]}
        )

    async def show(self, request: Request) -> Response:
        """What Ollama says of one model."""
        return JSONResponse(
            {"details": {"family": "stub"}, "model_info": {"general.architecture": "stub"}, "template": ""}
        )

    async def counted(self, request: Request) -> Response:
        """The sums; DELETE sets them back."""
        if request.method == "DELETE":
            self.count = Count()
        return JSONResponse(self.count.as_json())

    async def behave(self, request: Request) -> Response:
        """Set or delete the behaviour of every call to come."""
        if request.method == "DELETE":
            self.override = None
            return JSONResponse({})
        asked: dict[str, Any] = await request.json()
        self.override = Override(str(asked["behaviour"]), asked.get("times"), asked.get("retry_after"))
        return JSONResponse(asked)


def make_app(latency_s: float = 0.0) -> Starlette:
    """The stub as an ASGI app; `latency_s` is waited before each answer."""
    stub = Stub(latency_s)
    post, change = ["POST"], ["GET", "POST", "DELETE"]
    routes = [
        *(Route(f"{base}/v1/chat/completions", stub.chat_completions, methods=post) for base in ("", "/vllm")),
        *(Route(f"{base}/v1/models", stub.models) for base in ("", "/vllm")),
        *(Route(f"/api/{name}", stub.ollama, methods=post) for name in ("chat", "generate")),
        Route("/api/tags", stub.models),
        Route("/api/show", stub.show, methods=post),
        Route("/_count", stub.counted, methods=change),
        Route("/_behave", stub.behave, methods=change),
    ]
    return Starlette(routes=routes)
