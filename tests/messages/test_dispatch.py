"""From the queue through SMPP to the carrier and back as receipts."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from tests.messages.world import World

from tidings.lanes.operate import change_sender

BUSY = 1000.0


async def test_a_message_leaves_and_its_receipt_delivers_it(world: World) -> None:
    accepted = await world.send()
    await world.dispatch()
    await world.settled()
    assert [kind for kind, _ in await world.facts(accepted)] == [
        "message.queued",
        "message.sent",
        "message.delivered",
    ]
    [arrived] = await world.received()
    assert (arrived["source"], arrived["destination"]) == ("55501", "+14155552671")
    assert arrived["text"] == "Your table is ready."


async def test_every_message_arrives_once_and_nothing_is_left_over(world: World) -> None:
    await world.dispatch()
    sent = await world.send_many(500, sender_mps=BUSY)
    states = await world.settled()
    assert set(states) == {one.id for one in sent}
    arrived = Counter(one["destination"] for one in await world.received())
    assert arrived == Counter(one.draft.recipient for one in sent)
    for table in ("queue", "inflight", "receipts_waiting", "later"):
        assert await world.count(table) == 0


async def test_a_long_message_is_delivered_when_all_its_parts_are(world: World) -> None:
    body = "Every word counts, and there are many of them. " * 12
    accepted = await world.send(body=body, segments=4)
    await world.dispatch()
    await world.settled()
    [arrived] = await world.received()
    assert arrived["text"] == body
    assert arrived["parts"] == 4
    assert [kind for kind, _ in await world.facts(accepted)][-1] == "message.delivered"


@pytest.mark.parametrize(
    ("last_four", "code"),
    [("0001", 30006), ("0003", 30003), ("0005", 30005), ("0007", 30007), ("0008", 30008)],
)
async def test_undelivered_carries_the_code_of_the_carrier(world: World, last_four: str, code: int) -> None:
    accepted = await world.send(recipient=f"+1415555{last_four}")
    await world.dispatch()
    await world.settled()
    kind, detail = (await world.facts(accepted))[-1]
    assert kind == "message.undelivered"
    assert detail["code"] == code


async def test_a_throttled_message_is_kept_and_sent_again(world: World) -> None:
    accepted = await world.send(recipient="+14155550020")
    await world.dispatch()
    await world.settled()
    assert [kind for kind, _ in await world.facts(accepted)][-1] == "message.delivered"


async def test_a_refused_destination_ends_the_message(world: World) -> None:
    accepted = await world.send(recipient="+14155550021")
    await world.dispatch()
    await world.settled()
    assert [kind for kind, _ in await world.facts(accepted)] == ["message.queued", "message.undelivered"]


async def test_urgent_messages_pass_a_backlog(world: World) -> None:
    await world.send_many(60, sender_mps=20.0, priority=2)
    await world.dispatch()
    await world.until(lambda states: "sent" in states.values() or "delivered" in states.values())
    urgent = await world.send(sender_mps=20.0, priority=0, recipient="+14155559999")
    await world.until(lambda states: states[urgent.id] in ("sent", "delivered"), seconds=2)
    assert Counter((await world.states()).values())["queued"] > 10


async def test_a_change_of_mps_holds_while_the_lane_runs(world: World) -> None:
    await world.send_many(100, sender_mps=1.0)
    await _own(world)
    await world.dispatch()
    await change_sender(world.db, (await world.send(sender_mps=1.0)).draft.account, "55501", mps=200.0)
    await world.settled(seconds=10)


async def test_a_paused_lane_holds_and_a_resumed_one_goes_on(world: World) -> None:
    [first] = await world.send_many(1, sender_mps=BUSY)
    await _own(world)
    await change_sender(world.db, first.draft.account, "55501", paused=True)
    await world.dispatch()
    sent = await world.send_many(20, sender_mps=BUSY)
    assert await world.received() == []
    await change_sender(world.db, first.draft.account, "55501", paused=False)
    states = await world.settled()
    assert len(states) == len(sent) + 1


async def test_an_expired_message_fails_with_30036(world: World) -> None:
    [first] = await world.send_many(1, sender_mps=BUSY)
    await _own(world)
    await change_sender(world.db, first.draft.account, "55501", paused=True)
    short = await world.send(validity_seconds=1, recipient="+14155553333", sender_mps=BUSY)
    await world.dispatch()
    await world.until(lambda states: states[short.id] == "failed", seconds=15)
    assert (await world.facts(short))[-1] == ("message.failed", {"code": 30036})
    assert (await world.states())[first.id] == "queued"


async def test_a_scheduled_message_leaves_at_its_time(world: World) -> None:
    at = datetime.now(UTC) + timedelta(seconds=2)
    accepted = await world.send(send_at=at)
    await _own(world)
    await world.dispatch()
    await world.settled()
    [arrived] = await world.received()
    assert arrived["at"] >= at.timestamp()
    kinds = [kind for kind, _ in await world.facts(accepted)]
    assert kinds == ["message.scheduled", "message.queued", "message.sent", "message.delivered"]


async def test_doubled_and_reordered_receipts_settle_each_message_once(world: World) -> None:
    await world.fault(kind="double_receipts")
    await world.fault(kind="reorder_receipts")
    await world.dispatch()
    sent = await world.send_many(100, sender_mps=BUSY)
    await world.settled()
    for one in sent:
        assert [kind for kind, _ in await world.facts(one)].count("message.delivered") == 1


async def _own(world: World) -> None:
    """Lanes are changed by their sender: the account of the builders gets the one that it sends from."""
    async with world.db.connection() as connection:
        await connection.execute(
            "insert into accounts (id, friendly_name, created_at, updated_at) "
            "select distinct account, 'Shop', now(), now() from messages on conflict do nothing"
        )
        await connection.execute(
            "insert into senders (id, account, address, kind, mps, created_at, updated_at) "
            "select gen_random_uuid(), id, '55501', 'short_code', 100, now(), now() from accounts "
            "on conflict do nothing"
        )


async def test_what_a_suspended_account_has_waiting_fails_with_30002(world: World) -> None:
    accepted = await world.send(sender_mps=BUSY)
    await _own(world)
    async with world.db.connection() as connection:
        await connection.execute("update accounts set status = 'suspended'")
    await world.dispatch()
    await world.settled()
    assert (await world.facts(accepted))[-1] == ("message.failed", {"code": 30002})
    assert await world.received() == []


async def test_a_dispatcher_that_is_woken_and_told_to_end_in_one_moment_ends(world: World) -> None:
    running = await world.dispatch()
    await asyncio.sleep(0.2)
    running.dispatcher.on_room()
    async with asyncio.timeout(10):
        await running.stop()
    assert running.task.done()


async def test_a_stop_of_the_same_moment_as_an_accept_is_seen_before_the_message_leaves(world: World) -> None:
    """Neither transaction saw the other: the message waits in the queue although the person has opted out."""
    unwanted = await world.send(sender_mps=BUSY)
    confirmation = await world.send(sender_mps=BUSY, confirms_opt_out=True)
    other = await world.send(sender_mps=BUSY, recipient="+14155552001")
    await _own(world)
    async with world.db.connection() as connection:
        await connection.execute(
            "insert into opt_outs (account, scope, recipient, state, source, since) "
            "values ($1, $2, $3, 'opted_out', 'keyword', now())",
            unwanted.draft.account,
            unwanted.draft.sender,
            unwanted.draft.recipient,
        )
    await world.dispatch()
    await world.settled()
    assert (await world.facts(unwanted))[-1] == ("message.failed", {"code": 21610})
    for wanted in (confirmation, other):
        assert (await world.facts(wanted))[-1][0] == "message.delivered"
    assert len(await world.received()) == 2


async def test_lanes_take_turns_when_the_connection_is_what_is_scarce(world: World) -> None:
    senders = [f"+1415555{n:04d}" for n in range(100, 108)]
    for sender in senders:
        await world.send_many(60, sender=sender, sender_kind="toll_free", sender_mps=BUSY)
    await world.personality(answer_seconds=0.1)
    await world.dispatch(window=4)
    await world.until(lambda states: Counter(states.values())["delivered"] > 240, seconds=30)
    first = Counter(one["source"] for one in (await world.received())[:240])
    assert set(first) == set(senders)
    assert min(first.values()) >= 10  # an even part were 30
