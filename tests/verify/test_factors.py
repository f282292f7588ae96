"""TOTP factors and challenges: by RFC 6238's own numbers, and over the API with an app that shows codes."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
from tests.verify.place import Place, wrong

from tidings.verify.factors.totp import Shape, code_at, is_secret, secret_of, step_of

IDENTITY = "ff483d1ff591898a9942916050d2ca3f"
RFC_SECRET = {
    "sha1": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    "sha256": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA",
    "sha512": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    "GEZDGNA",
}
RFC_CODES = [
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
]


def test_codes_are_those_of_the_rfc() -> None:
    for seconds, *codes in RFC_CODES:
        at = datetime.fromtimestamp(seconds, UTC)
        for alg, code in zip(RFC_SECRET, codes, strict=True):
            shape = Shape(alg, 0, 8, 30)
            assert code_at(RFC_SECRET[alg], shape, at) == code
            assert step_of(RFC_SECRET[alg], shape, code, at=at, after=-1) == seconds // 30
            assert step_of(RFC_SECRET[alg], shape, code, at=at, after=seconds // 30) is None


def test_a_clock_may_be_off_by_the_skew_and_no_more() -> None:
    at, secret = datetime(2026, 11, 24, 12, 0, 7, tzinfo=UTC), secret_of(bytes(range(20)))
    for skew in (0, 1, 2):
        shape = Shape("sha1", skew, 6, 30)
        for off in range(-3, 4):
            code = code_at(secret, shape, at + timedelta(seconds=30 * off))
            assert (step_of(secret, shape, code, at=at, after=-1) is not None) == (abs(off) <= skew)


def test_only_base32_that_cannot_be_guessed_is_a_secret() -> None:
    assert is_secret(secret_of(bytes(20)))
    assert is_secret("gezdgnbvgy3tqojq")
    for text in ("", "GEZDGNBV", "1" * 32, "A" * 200, "GEZDGNBVGY3TQOJ!"):
        assert not is_secret(text), text


class App:
    """A person's app, made from what the API gives once."""

    def __init__(self, verify: Place, factor: Any) -> None:
        self.verify, self.factor = verify, factor
        self.totp = pyotp.parse_uri(factor["binding"]["uri"])

    @property
    def code(self) -> str:
        return str(self.totp.at(self.verify.clock()))  # type: ignore[union-attr]

    async def answer(self, code: str, **form: str) -> Any:
        path = f"/Entities/{IDENTITY}/Factors/{self.factor['sid']}"
        return await self.verify.post(path, AuthPayload=code, **form)

    async def challenge(self, **form: str) -> Any:
        return await self.verify.post(
            f"/Entities/{IDENTITY}/Challenges", **{"FactorSid": self.factor["sid"]} | form
        )


async def app_of(verify: Place, **form: str) -> App:
    told = {"FriendlyName": "Anna's phone", "FactorType": "totp"} | form
    made = await verify.post(f"/Entities/{IDENTITY}/Factors", **told)
    assert made.status == 201, made.text
    return App(verify, made.body)


async def test_a_factor_is_verified_by_its_first_code_and_challenges_by_later_ones(verify: Place) -> None:
    app = await app_of(verify)
    assert (app.factor["status"], app.factor["config"]["time_step"]) == ("unverified", 30)
    assert (app.totp.issuer, app.totp.name) == ("Shop", "Anna's phone")
    early = await app.challenge()
    assert (early.status, early.body["code"]) == (400, 60200)  # not verified yet
    assert (await app.answer(wrong(app.code))).body["status"] == "unverified"
    assert (await app.answer(app.code)).body["status"] == "verified"
    fetched = await verify.get(f"/Entities/{IDENTITY}/Factors/{app.factor['sid']}")
    assert "binding" not in fetched.body  # the secret is shown once
    verify.clock.forward(seconds=60)
    right = await app.challenge(AuthPayload=app.code)
    assert (right.status, right.body["status"]) == (201, "approved")
    verify.clock.forward(seconds=60)
    pending = (await app.challenge(**{"HiddenDetails": '{"ip": "192.0.2.1"}', "Details.Message": "Hi"})).body
    path = f"/Entities/{IDENTITY}/Challenges/{pending['sid']}"
    assert (await verify.post(path, AuthPayload=wrong(app.code))).body["status"] == "pending"
    approved = (await verify.post(path, AuthPayload=app.code)).body
    assert (approved["status"], approved["hidden_details"]) == ("approved", {"ip": "192.0.2.1"})
    listed = (await verify.get(f"/Entities/{IDENTITY}/Challenges?Status=approved")).body["challenges"]
    assert len(listed) == 2


async def test_a_code_is_taken_once_and_tries_are_bounded(verify: Place) -> None:
    app = await app_of(verify)
    await app.answer(app.code)
    verify.clock.forward(seconds=60)
    code = app.code
    replies = await asyncio.gather(*(app.challenge(AuthPayload=code) for _ in range(3)))
    assert sorted(reply.body["status"] for reply in replies) == ["approved", "pending", "pending"]
    verify.clock.forward(minutes=11)
    for _ in range(5):
        assert (await app.challenge(AuthPayload=wrong(app.code))).body["status"] == "pending"
    refused = await app.challenge(AuthPayload=app.code)
    assert (refused.status, refused.body["code"]) == (429, 60202)
    assert (await app.answer(app.code)).body["code"] == 60202
    verify.clock.forward(minutes=11)
    assert (await app.challenge(AuthPayload=app.code)).body["status"] == "approved"


async def test_a_challenge_has_its_time_and_a_secret_is_sealed(verify: Place) -> None:
    app = await app_of(
        verify, **{"Binding.Secret": "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", "Config.CodeLength": "8"}
    )
    [row] = await verify.rows("select secret from verify_factors")
    assert b"GEZDGNBV" not in row["secret"]
    assert len(app.code) == 8
    await app.answer(app.code)
    pending = (await app.challenge()).body
    verify.clock.forward(minutes=6)
    path = f"/Entities/{IDENTITY}/Challenges/{pending['sid']}"
    assert (await verify.post(path, AuthPayload=app.code)).body["status"] == "expired"
    assert (await verify.get(path)).body["date_responded"] is None


BAD: list[tuple[dict[str, str], int]] = [
    ({"FactorType": "push"}, 60204),
    ({"FactorType": "sms"}, 60200),
    ({"FriendlyName": ""}, 60200),
    ({"Config.TimeStep": "19"}, 60200),
    ({"Config.Skew": "3"}, 60200),
    ({"Config.CodeLength": "9"}, 60200),
    ({"Config.Alg": "md5"}, 60200),
    ({"Binding.Secret": "short"}, 60200),
    ({"Metadata": "[]"}, 60200),
]


async def test_what_is_out_of_its_range_is_refused_and_another_account_finds_nothing(verify: Place) -> None:
    for form, code in BAD:
        told = {"FriendlyName": "x", "FactorType": "totp"} | form
        reply = await verify.post(f"/Entities/{IDENTITY}/Factors", **told)
        assert reply.body["code"] == code, form
    assert (await verify.post("/Entities/short/Factors", FriendlyName="x", FactorType="totp")).status == 400
    app = await app_of(verify)
    theirs = await verify.home.open_account("Theirs")
    sid = app.factor["sid"]
    for path in (f"/Entities/{IDENTITY}", f"/Entities/{IDENTITY}/Factors/{sid}"):
        assert (await verify.get(path, as_=theirs)).status == 404
    far = (verify.clock() + timedelta(hours=2)).isoformat()
    assert (await app.challenge(ExpirationDate=far)).body["code"] == 60200
