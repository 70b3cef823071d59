"""`countersign check` on notices: ways that do not work, and names that lead to nobody."""

import pytest

from gateway.bootstrap.policies import declared_by
from gateway.cli.check_notices import notices
from gateway.policy import load
from gateway.settings import Installation

POLICY = """
version: 1
policy: legal
title: Legal threats
owner: {team: Legal, contact: legal@example.com}
rules:
  - rule: threat
    when: always
    then:
      reply: review
      because: A lead looks.
      escalate: {team: legal, within: 1h, notify: [leads], next: [{notify: [directors]}]}
"""
MAIL = {"server": "smtp.example.com", "sender": "countersign@example.com"}


def told(**declared: object) -> list[tuple[bool, str]]:
    installation = Installation.model_validate(
        {
            "version": 1,
            "people": {"lea": {"name": "Lea", "email": "lea@example.com"}},
            "groups": {"leads": {"members": ["lea"]}},
            "notices": declared,
        }
    )
    found = notices(installation, load({"escalation/legal.yaml": POLICY}, declared_by(installation)).policies)
    return [(line.ok, line.detail) for line in found]


def test_without_a_way_out_it_says_that_the_log_is_all() -> None:
    ((ok, detail),) = told()

    assert ok
    assert "in the log alone" in detail


def test_a_name_that_leads_to_nobody_fails_and_a_group_with_members_does_not() -> None:
    first, *failed = told(mail=MAIL)

    assert first[0]
    assert failed == [(False, "a policy tells directors, and nobody knows who that is")]


def test_a_name_with_an_address_is_known() -> None:
    assert all(ok for ok, _ in told(mail=MAIL, to={"directors": ["d@example.com"]}))


def test_a_secret_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_HOOK", raising=False)

    ((ok, detail),) = told(webhook={"url": {"env": "NO_SUCH_HOOK"}})

    assert not ok
    assert "notices.webhook.url" in detail


def test_a_webhook_without_tls_is_refused_unless_it_is_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", "http://chat.example.com/in")

    ((ok, detail),) = told(webhook={"url": {"env": "HOOK"}})

    assert not ok
    assert "https://" in detail
