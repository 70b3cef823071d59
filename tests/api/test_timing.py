"""How long requests took is told by OpenTelemetry's names, to Prometheus and to a collector, in bounded series."""

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway import tracing
from tests.api.door import body, door, environment, signed
from tests.collector import Collector, said

pytestmark = pytest.mark.usefixtures("secrets")
NAME = "http_server_request_duration_seconds"
Series = dict[tuple[str, str, str], float]


def counted(text: str) -> Series:
    """How many requests /metrics tells of, by method, template and status."""
    (found,) = [family for family in text_string_to_metric_families(text) if family.name == NAME]
    names = ("http_request_method", "http_route", "http_response_status_code")
    return {
        (sample.labels[names[0]], sample.labels[names[1]], sample.labels[names[2]]): sample.value
        for sample in found.samples
        if sample.name.endswith("_count")
    }


async def test_requests_are_told_by_method_template_and_status_to_prometheus_and_to_a_collector(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Collector() as collector:
        monkeypatch.setenv(tracing.ENDPOINT, collector.url)
        tracing.switch_on("web", "1.2.3")
        async with door(environment(tmp_path), database_url) as web:
            before = counted((await web.get("/metrics")).text)
            await web.post("/webhooks/acme", content=body(), headers=signed(body()))
            await web.post("/webhooks/acme", content=body(), headers=signed(body(), secret="whsec_d3Jvbmc="))
            await web.get("/api/runs/998")
            await web.get("/api/runs/999")
            after = counted((await web.get("/metrics")).text)
        tracing.switch_off()

    grown = {key: value - before.get(key, 0) for key, value in after.items() if value != before.get(key, 0)}
    assert grown.pop(("GET", "/metrics", "200")) == 1
    assert grown == {
        ("POST", "/webhooks/{account}", "202"): 1,
        ("POST", "/webhooks/{account}", "401"): 1,
        ("GET", "/api/runs/{run_id}", "404"): 2,
    }
    points = {(told["http.route"], told["http.response.status_code"]): point
              for point in collector.measures["http.server.request.duration"] if (told := said(point))}  # fmt: skip
    accepted = points["/webhooks/{account}", 202]
    assert (said(accepted)["http.request.method"], said(accepted)["url.scheme"], accepted.count) == ("POST", "http", 1)
    assert list(accepted.explicit_bounds)[:3] == [0.005, 0.01, 0.025]


async def test_what_strangers_make_up_makes_no_new_series(tmp_path: Path, database_url: str) -> None:
    async with door(environment(tmp_path), database_url) as web:
        before = set(counted((await web.get("/metrics")).text))
    async with door(environment(tmp_path), database_url, ("203.0.113.9", 50_000)) as web:
        for number in range(30):
            await web.get(f"/nothing/{number}")
            await web.request(f"BREW{number}", f"/webhooks/acme{number}")

    async with door(environment(tmp_path), database_url) as web:
        found = set(counted((await web.get("/metrics")).text))
    bounded = {(method, route, status) for method in ("GET", "_OTHER") for route in ("", "/webhooks/{account}")
               for status in ("403", "404", "405", "429")}  # fmt: skip
    assert found - before <= {("GET", "/metrics", "200"), *bounded}
    assert ("GET", "", "403") in found
