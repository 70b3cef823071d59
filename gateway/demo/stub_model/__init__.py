"""A language model that is none: it speaks the APIs of real servers and behaves as badly as it is told to.

The demo and the tests reach it over real HTTP, so that everything between a route and a socket is walked. Run it with
`python -m gateway.demo.stub_model --port 8090`; what it does is chosen by, in this order:

1. `POST /_behave {"behaviour": "429", "retry_after": 1, "times": 2}`, for every model until used up or deleted;
2. a marker in the request's text, such as `[[stub:wrong]]`;
3. the model's name: `stub-good`, `stub-slow`, `stub-503`, and every other name of `Behaviour`.

`GET /_count` says what it served, to the token, so that a ledger can be compared with it.
"""

from gateway.demo.stub_model.server import make_app

__all__ = ["make_app"]
