"""The Standard Webhooks scheme, against the vectors that its own libraries and we computed."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import Request
from connectors.errors import SignatureInvalid
from connectors.signatures import fresh, same, shared_secret, sign_standard_webhooks, standard_webhooks

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
MESSAGE, STAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
NOW = datetime.fromtimestamp(STAMP, UTC)


def delivery(*, signature: str = SIGNATURE, stamp: str = str(STAMP), body: bytes = BODY, at: datetime = NOW) -> Request:
    headers = [("Webhook-Id", MESSAGE), ("Webhook-Timestamp", stamp), ("Webhook-Signature", signature)]
    return Request(headers, body, at)


@pytest.mark.parametrize(
    ("secret", "message", "stamp", "body", "expected"),
    [
        (SECRET, MESSAGE, STAMP, BODY, SIGNATURE),
        (OTHER, "msg_0001", 1767225600, b'{"event":"ping","n":1}', "v1,6AdNTHdwUdy4lUBfxnedv7NsJOk9L4ecHCSKJxDVRdY="),
    ],
)
def test_signature_equals_the_published_vector(
    secret: str, message: str, stamp: int, body: bytes, expected: str
) -> None:
    assert sign_standard_webhooks(secret, message, stamp, body) == expected


def test_secret_works_without_prefix_and_without_padding() -> None:
    bare = OTHER.removeprefix("whsec_")

    signatures = {sign_standard_webhooks(secret, "msg_1", 1, b"{}") for secret in (OTHER, bare, bare.rstrip("="))}

    assert len(signatures) == 1


def test_authentic_delivery_tells_its_id() -> None:
    assert standard_webhooks(delivery(), [SECRET]) == MESSAGE


@pytest.mark.parametrize(
    "signature",
    [
        f"v1,{'A' * 43}= {SIGNATURE}",
        f"{SIGNATURE} v1,{'A' * 43}=",
        f"v1a,{'A' * 86}== {SIGNATURE} v2,whatever",
    ],
)
def test_one_right_signature_among_others_is_enough(signature: str) -> None:
    assert standard_webhooks(delivery(signature=signature), [OTHER, SECRET]) == MESSAGE


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "v1",
        "v1,",
        SIGNATURE.removeprefix("v1,"),
        SIGNATURE.replace("v1,", "v2,"),
        SIGNATURE.replace("v1,", "v1a,"),
        SIGNATURE[:-2] + "F=",
        SIGNATURE.replace("v1,", "v1, "),
        f"v1,{'Ä' * 44}",
    ],
)
def test_another_signature_is_refused(signature: str) -> None:
    with pytest.raises(SignatureInvalid):
        standard_webhooks(delivery(signature=signature), [SECRET])


def test_right_signature_behind_hundreds_of_others_is_not_looked_for() -> None:
    signature = " ".join(["v1,AAAA"] * 500 + [SIGNATURE])

    with pytest.raises(SignatureInvalid):
        standard_webhooks(delivery(signature=signature), [SECRET])


@pytest.mark.parametrize("stamp", ["hello", "", "-1", "1e9", "16142653.30", "９９", "1614265330 ", "9" * 30])
def test_timestamp_that_is_no_unix_time_is_refused(stamp: str) -> None:
    with pytest.raises(SignatureInvalid):
        standard_webhooks(delivery(stamp=stamp), [SECRET])


@pytest.mark.parametrize("seconds", [-301, 301])
def test_delivery_from_another_time_is_refused(seconds: int) -> None:
    with pytest.raises(SignatureInvalid):
        standard_webhooks(delivery(at=NOW + timedelta(seconds=seconds)), [SECRET])


@pytest.mark.parametrize("seconds", [-300, 300])
def test_delivery_within_five_minutes_is_accepted(seconds: int) -> None:
    assert standard_webhooks(delivery(at=NOW + timedelta(seconds=seconds)), [SECRET]) == MESSAGE


@pytest.mark.parametrize("secrets", [[], [""], ["whsec_"], ["whsec_not base64!"]])
def test_account_without_a_usable_secret_refuses_everything(secrets: list[str]) -> None:
    with pytest.raises(SignatureInvalid):
        standard_webhooks(delivery(), secrets)


def test_refusal_does_not_tell_the_secret_or_the_right_signature() -> None:
    with pytest.raises(SignatureInvalid) as caught:
        standard_webhooks(delivery(body=b"{}"), [SECRET])

    right = sign_standard_webhooks(SECRET, MESSAGE, STAMP, b"{}")
    assert not [word for word in (SECRET, SECRET.removeprefix("whsec_"), right) if word in str(caught.value)]


def test_same_accepts_any_of_the_expected_values() -> None:
    same([b"old", b"new"], b"new")

    with pytest.raises(SignatureInvalid):
        same([b"old", b"new"], b"neither")


def test_fresh_takes_a_tolerance_of_its_own() -> None:
    fresh(NOW, NOW + timedelta(minutes=14), timedelta(minutes=15))

    with pytest.raises(SignatureInvalid):
        fresh(NOW, NOW + timedelta(minutes=16), timedelta(minutes=15))


class TestSharedSecret:
    def carrying(self, *values: str) -> Request:
        return Request([("X-Secret", value) for value in values], b"{}", NOW)

    def test_either_of_two_live_secrets_is_accepted_in_any_spelling_of_the_header(self) -> None:
        shared_secret(self.carrying("new"), "x-secret", ["old", "new"])

    @pytest.mark.parametrize("given", [(), ("",), ("ne",), ("newer",), ("n\udce9w",), ("new", "new")])
    def test_anything_but_exactly_one_of_them_is_refused(self, given: tuple[str, ...]) -> None:
        with pytest.raises(SignatureInvalid):
            shared_secret(self.carrying(*given), "X-Secret", ["old", "new"])

    def test_account_without_a_secret_refuses_everything(self) -> None:
        with pytest.raises(SignatureInvalid, match="has no webhook_secret"):
            shared_secret(self.carrying("any"), "X-Secret", [])
