"""What people did after a click is laid to that click, once, whoever reports it how often."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api_home import SEALER, now
from tests.links.brand import DESTINATION, PHONE, PREVIEW, Brand

from tidings.kernel.instant import EPOCH
from tidings.kernel.sid import Sid
from tidings.links.believe.judge import judge_new
from tidings.links.conversions.api import postback_key
from tidings.links.conversions.conversion import Conversion, conversion_of, is_signed, signature_of

PATH = "/tidings/v1/links/conversions"
ANNA = "+14155550199"


async def clicked(brand: Brand, agent: str = PHONE) -> tuple[str, str]:
    """SID and code of a message whose link somebody has followed."""
    sent = await brand.send(DESTINATION, To=ANNA, Tags='{"campaign":"spring"}')
    [code] = await brand.codes_of(sent)
    await brand.follow(f"/{code}", User_Agent=agent)
    await judge_new(brand.home.db, now=now())
    return sent.body["sid"], code


async def told(brand: Brand, **fields: Any) -> Any:
    return await brand.home.ask("POST", PATH, as_=brand.shop, json={"id": "o1", "event": "bought"} | fields)


async def rate(brand: Brand) -> Any:
    [found] = (await brand.ask("/rates", by="campaign"))["rates"]
    return found


async def test_a_server_reports_it_by_code_message_or_person_and_it_is_laid_to_the_last_click(
    brand: Brand,
) -> None:
    sid, code = await clicked(brand)
    for n, whose in enumerate(({"code": code}, {"message": sid}, {"recipient": ANNA})):
        kept = await told(brand, id=f"o{n}", value=12.5, currency="EUR", **whose)
        assert (kept.status, kept.body["message"], kept.body["value"]) == (200, sid, "12.5")
    found = await rate(brand)
    assert (found["converted"], found["conversions"], found["clicked"]) == (1, 3, 1)
    listed = (await brand.ask("/conversions"))["conversions"]
    assert sorted(one["id"] for one in listed) == ["o0", "o1", "o2"]


async def test_it_counts_once_however_often_it_is_reported(brand: Brand) -> None:
    sid, code = await clicked(brand)
    first = await told(brand, code=code, value="1", currency="EUR")
    again = await told(brand, code=code, value="99", currency="USD", event="other")
    assert again.body == first.body
    assert first.body["message"] == sid
    assert (await rate(brand))["conversions"] == 1


async def test_nothing_is_laid_to_a_preview_nor_to_a_click_outside_the_window(brand: Brand) -> None:
    sid, code = await clicked(brand, PREVIEW)
    assert (await told(brand, id="a", code=code)).body["message"] is None
    async with brand.home.db.connection() as connection:
        await connection.execute(
            "update click_verdicts set verdict = 'person', at = now() - interval '8 days'"
        )
    assert (await told(brand, id="b", code=code)).body["message"] is None
    assert (await told(brand, id="c", code=code, window_days=9)).body["message"] == sid
    before = (now() - timedelta(days=9)).isoformat()
    assert (await told(brand, id="d", code=code, window_days=90, at=before)).body["message"] is None
    other = await brand.home.open_account("Other")
    theirs = await brand.home.ask(
        "POST", PATH, as_=other, json={"id": "o", "event": "x", "code": code, "window_days": 90}
    )
    assert (theirs.status, theirs.body["message"]) == (200, None)


async def test_a_signed_postback_needs_no_credentials_and_any_other_is_refused(brand: Brand) -> None:
    sid, code = await clicked(brand)
    account = Sid("AC", brand.shop.account.id)
    fields = {"account": str(account), "id": "o 1&2", "event": "bought", "code": code}
    signature = signature_of(fields, key=postback_key(SEALER, account))

    async def ask(**changed: str) -> Any:
        query = urlencode(fields | {"signature": signature} | changed)
        return await brand.home.ask("GET", f"{PATH}/postback?{query}")

    for changed in ({"event": "stole"}, {"signature": ""}, {"account": "AC" + "0" * 32}, {"value": "9"}):
        assert (await ask(**changed)).status == 401
    kept = await ask()
    assert (kept.status, kept.body["id"], kept.body["message"]) == (200, "o 1&2", sid)


async def test_what_is_wrong_is_said_by_its_field(brand: Brand) -> None:
    wrong = await told(
        brand, id="", event="", at="2999-01-01T00:00:00Z", value="x", window_days=0, code="a", recipient="b"
    )
    assert wrong.status == 400
    for field in ("id", "event", "at", "value", "window_days", "code, message, recipient"):
        assert f"{field}: " in wrong.body["message"]
    assert (await brand.home.ask("POST", PATH, as_=brand.shop, body=b"[")).status == 400
    assert (await brand.home.ask("POST", PATH, json={})).status == 401


def test_a_value_is_kept_to_its_last_digit() -> None:
    read = conversion_of(
        {"id": "1", "event": "x", "code": "c", "value": "0.10", "currency": "EUR"}, now=EPOCH
    )
    assert isinstance(read, Conversion)
    assert read.value == Decimal("0.10")


@given(
    st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=5), st.binary(min_size=1, max_size=40)
)
@settings(max_examples=100)
def test_a_signature_covers_every_field(fields: dict[str, str], key: bytes) -> None:
    signed = fields | {"signature": signature_of(fields, key=key)}
    assert is_signed(signed, key=key)
    assert not is_signed(signed | {"one more": "x"}, key=key) or "one more" in fields
    assert not is_signed(signed, key=key + b"x")
