"""The lanes of one campaign keep each network's rate and the campaign's, and use them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lanes.laws import Left, assert_no_second_holds_more, backlog

from tidings.lanes.allowance import Network, Rates
from tidings.lanes.campaign import CampaignBudgets
from tidings.lanes.lane import Lane, Leaving

NOW = 1_790_000_000.0
ALL: tuple[str | None, ...] = (*Network, None)
rates = st.builds(
    Rates,
    att=st.sampled_from([0.25, 1.25, 4.0, 40.0, 75.0]),
    tmobile=st.sampled_from([1.0, 4.0, 40.0]),
    verizon=st.sampled_from([1.0, 4.0, 40.0]),
    other=st.sampled_from([1.0, 8.0]),
    total=st.sampled_from([1.0, 3.75, 12.0, 120.0, 225.0]),
)


def drive(
    lanes: dict[str | None, Lane], *, seconds: float, since: float = NOW
) -> dict[str | None, list[Left]]:
    """What a dispatcher hands over for each network, one segment a message."""
    now = since
    ready: dict[str | None, list[Leaving]] = {network: [] for network in lanes}
    left: dict[str | None, list[Left]] = {network: [] for network in lanes}
    asked_at = -1.0
    while now < since + seconds:
        if now >= asked_at + 0.025:
            asked_at = now
            for network in sorted(lanes, key=lambda network: lanes[network].next_at() or 0):
                ready[network] += lanes[network].release(now=now, until=now + 0.05).leaving
        for network, waiting in ready.items():
            while waiting and lanes[network].may_leave_at(waiting[0].at) <= now:
                one = waiting.pop(0)
                lanes[network].left(one.ticket, at=now)
                left[network].append((now, one.ticket.segments))
        due = [lanes[network].may_leave_at(waiting[0].at) for network, waiting in ready.items() if waiting]
        now = max(now + 1e-6, min([*due, asked_at + 0.025]))
    return left


def lanes_of(
    allowed: Rates, budgets: CampaignBudgets, *, busy: tuple[str | None, ...] = ALL
) -> dict[str | None, Lane]:
    lanes = {}
    for number, network in enumerate(busy):
        lane = Lane(mps=allowed.at(network), queue_limit_seconds=36_000, budgets=budgets.of(network))
        backlog(lane, 2_500, first=number * 10_000)
        lanes[network] = lane
    return lanes


@settings(max_examples=25)
@given(rates)
def test_each_network_gets_no_more_than_its_mps_even_from_numbers_nobody_knows(allowed: Rates) -> None:
    left = drive(lanes_of(allowed, CampaignBudgets(allowed)), seconds=10)
    for network in Network:
        # Whoever is unknown may be of this network.
        together = sorted(left[network] + left[None])
        assert_no_second_holds_more(together, mps=max(1.0, allowed.at(network)))
    every = sorted(one for mine in left.values() for one in mine)
    assert_no_second_holds_more(every, mps=max(1.0, allowed.total))
    assert len(every) >= 0.9 * 10 * min(allowed.total, sum(allowed.at(network) for network in Network)) - 5


def test_no_minute_holds_more_than_att_takes_of_a_sole_proprietor() -> None:
    allowed = Rates(att=15 / 60, tmobile=1, verizon=1, other=1, total=1)
    left = drive(lanes_of(allowed, CampaignBudgets(allowed), busy=(Network.ATT, None)), seconds=300)
    moments = [at for at, _ in sorted(left[Network.ATT] + left[None])]
    for first, sixteenth in zip(moments, moments[15:], strict=False):
        assert sixteenth - first >= 60
    assert len(moments) >= 0.95 * 15 * 5 - 1


def test_a_new_owner_begins_when_the_last_one_left_the_campaign_free() -> None:
    allowed = Rates(att=4, tmobile=4, verizon=4, other=4, total=12)
    before = lanes_of(allowed, CampaignBudgets(allowed))
    left = drive(before, seconds=5)
    free_at = max(lane.free_at for lane in before.values())
    after = lanes_of(allowed, CampaignBudgets(allowed, free_at=free_at))
    more = drive(after, seconds=5, since=NOW + 5)
    every = sorted(one for mine in (*left.values(), *more.values()) for one in mine)
    assert_no_second_holds_more(every, mps=12)


def test_a_change_of_rates_holds_for_all_lanes_at_once() -> None:
    slow, fast = (Rates(att=mps, tmobile=mps, verizon=mps, other=mps, total=3 * mps) for mps in (4, 40))
    budgets = CampaignBudgets(slow)
    lanes = lanes_of(slow, budgets)
    drive(lanes, seconds=2)
    budgets.change(fast, now=NOW + 2)
    for lane in lanes.values():
        lane.set_mps(40, now=NOW + 2)
    left = drive(lanes, seconds=5, since=NOW + 2)
    every = sorted(one for mine in left.values() for one in mine)
    assert_no_second_holds_more(every, mps=120)
    assert len(every) > 0.9 * 120 * 4
