"""Which lane a message takes."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tidings.kernel.sid import BUCKETS
from tidings.lanes.allowance import Network
from tidings.lanes.key import LaneKey, campaign_bucket, lane_key

SHOP = UUID(int=1)
NUMBER = "+14155550100"


def long_code(calling_code: str, country: str, sender: str = NUMBER) -> LaneKey:
    return lane_key(SHOP, sender=sender, kind="long_code", calling_code=calling_code, country=country)


def of_campaign(network: str | None, *, sender: str = NUMBER, account: UUID = SHOP) -> LaneKey:
    return lane_key(
        account,
        sender=sender,
        kind="long_code",
        calling_code="1",
        country="US",
        campaign="CM1",
        network=network,
    )


def test_a_toll_free_number_and_a_short_code_have_one_lane_each() -> None:
    for kind in ("toll_free", "short_code"):
        to_france = lane_key(SHOP, sender="x", kind=kind, calling_code="33", country="FR")
        assert to_france == lane_key(SHOP, sender="x", kind=kind, calling_code="1", country="US")


def test_a_long_code_has_a_lane_per_country_and_canada_is_not_the_us() -> None:
    keys = [long_code("1", "US"), long_code("1", "CA"), long_code("44", "GB")]
    assert [key.text for key in keys] == [f"{NUMBER}>1", f"{NUMBER}>1-CA", f"{NUMBER}>44"]
    assert long_code("1", "") == long_code("1", "US")


def test_all_numbers_of_a_campaign_share_one_lane_per_network() -> None:
    assert of_campaign("att") == of_campaign("att", sender="+14155550199")
    keys = {of_campaign(network) for network in (*Network, None)}
    assert len({key.id for key in keys}) == 5
    assert {key.bucket for key in keys} == {campaign_bucket(SHOP, "CM1")}
    assert of_campaign("att") != of_campaign("att", account=UUID(int=2))


@given(st.uuids(), st.text(min_size=1, max_size=40), st.sampled_from([None, *Network]))
def test_a_lanes_bucket_follows_from_its_id(account: UUID, campaign: str, network: str | None) -> None:
    key = lane_key(
        account,
        sender=NUMBER,
        kind="long_code",
        calling_code="1",
        country="US",
        campaign=campaign,
        network=network,
    )
    assert key.id % BUCKETS == key.bucket
    assert 0 <= key.id < 1 << 63
