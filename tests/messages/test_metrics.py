"""What an operator sees of dispatch and of the carrier."""

import asyncio
import time

from tests.messages.world import World

from tidings.carriers.metrics import show as show_carriers
from tidings.messages.metrics import show as show_dispatch
from tidings.runtime.metrics import REGISTRY


def read(name: str, **labels: str) -> float:
    found = REGISTRY.get_sample_value(name, labels)
    assert found is not None, name
    return found


async def test_what_was_handed_over_and_how_things_stand_is_on_the_page(world: World) -> None:
    running = await world.dispatch()

    def show() -> None:
        show_dispatch(running.dispatcher)
        show_carriers(running.switchboard.lines, unrouted=running.switchboard.unrouted, now=time.time())

    show()
    before = (
        read("tidings_dispatch_handed_over_total"),
        read("tidings_carrier_outcomes_total", carrier="simulator", outcome="taken"),
    )
    await world.send_many(20, sender_mps=1000.0)
    await world.settled()
    show()
    async with asyncio.timeout(10):  # receipts are counted a moment after they are stored
        while read("tidings_carrier_receipts_awaited", carrier="simulator"):
            await asyncio.sleep(0.01)
            show()
    assert read("tidings_dispatch_handed_over_total") == before[0] + 20
    assert read("tidings_carrier_outcomes_total", carrier="simulator", outcome="taken") == before[1] + 20
    assert read("tidings_carrier_receipts_total", carrier="simulator") >= 20
    assert read("tidings_carrier_delivered_total", carrier="simulator") >= 20
    assert read("tidings_carrier_receipts_awaited", carrier="simulator") == 0
    assert read("tidings_dispatch_buckets_owned") == 64
    assert read("tidings_dispatch_lanes_held") == 1
    assert read("tidings_dispatch_letters_waiting") == 0
    assert read("tidings_dispatch_letters_unanswered") == 0
    assert read("tidings_dispatch_looks_total") > 0
    assert read("tidings_carrier_bound", carrier="simulator") == 1
