"""A carrier that takes no messages from a short code to a country: they go by a long code of the same service."""

from typing import Any
from uuid import UUID

import pytest
from tests.messages.pools import account_of, service_with
from tests.messages.world import World

from tidings.messages.accept import Accepted

CODE, LONG, TOLL_FREE = "55501", "+14155550100", "+18885550100"
ANNA, EVE = "+14155552671", "+13035552672"
THROUGH_A_SERVICE = {"sender": None, "mps_granted": True, "calling_code": "1", "country": "US"}


@pytest.fixture
async def account(world: World) -> UUID:
    await world.personality(senders={CODE: {"refused_to": ["+1"]}})
    await world.dispatch()
    return await account_of(world.db)


async def story(world: World, accepted: Accepted) -> list[tuple[str, Any]]:
    """What happened to it until its carrier took it or it ended."""
    await world.until(lambda states: states[accepted.id] in {"delivered", "undelivered", "failed"})
    facts = await world.facts(accepted)
    return [(kind.removeprefix("message."), detail and detail.get("code")) for kind, detail in facts]


async def test_a_message_that_is_not_taken_from_a_short_code_goes_by_a_long_code_of_its_service(
    world: World, account: UUID
) -> None:
    service = await service_with(world.db, account, [CODE, TOLL_FREE, LONG])
    through = THROUGH_A_SERVICE | {"account": account, "service": service}
    first = await world.send(recipient=ANNA, **through)
    assert first.draft.sender == CODE
    rerouted = ("rerouted", 21606)
    steps = ["accepted", "queued", rerouted, "queued", "sent", "delivered"]
    assert await story(world, first) == [step if isinstance(step, tuple) else (step, None) for step in steps]
    second = await world.send(recipient=ANNA, **through)
    assert second.draft.sender == LONG, "the person knows the long code by now"
    assert rerouted not in await story(world, second)
    arrived = [(one["source"], one["destination"]) for one in await world.received()]
    assert arrived == [(LONG, ANNA)] * 2


async def test_without_a_long_code_it_ends_as_one_whose_sender_the_carrier_does_not_know(
    world: World, account: UUID
) -> None:
    empty = await service_with(world.db, account, [CODE, TOLL_FREE])
    forbids = await service_with(world.db, account, ["+13035550100"], fallback_to_long_code=False)
    of_pool = await world.send(recipient=ANNA, **THROUGH_A_SERVICE | {"account": account, "service": empty})
    pinned = await world.send(recipient=EVE, account=account, sender=CODE, service=forbids)
    plain = await world.send(recipient=EVE, account=account, sender=CODE)
    assert (await story(world, of_pool))[-2:] == [("rerouted", 21606), ("undelivered", 30024)]
    assert (await story(world, pinned))[-2:] == [("rerouted", 21606), ("undelivered", 30024)]
    assert (await story(world, plain))[-1][0] in ("failed", "undelivered")
    assert await world.received() == []
