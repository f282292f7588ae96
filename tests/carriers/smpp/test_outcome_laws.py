"""Whatever a carrier does, in whatever order, an outcome is told once and is true."""

import asyncio
import random

import pytest
from tests.carriers.smpp.rig import Peer, handover, until

from tidings.carriers.connector import Rejected, Taken, Throttled, Unknown, Unreachable
from tidings.carriers.smpp import pdu as wire
from tidings.carriers.smpp.pdu import Answer, Request

MESSAGES = 400
DEEDS = ["accept"] * 30 + [
    "throttle",
    "reject",
    "ignore",
    "close",
    "reset",
    "garbage",
    "unbind",
    "answer twice",
]


class Capricious:
    """A carrier that draws what it does with each submit, and remembers what it saw and said."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.seen: set[str] = set()
        self.accepted: dict[str, str] = {}
        self.refused: dict[str, int] = {}

    async def __call__(self, peer: Peer) -> None:
        if self.random.random() < 0.2:
            bind = await peer.read_bind()
            peer.write(Answer(bind.command | wire.RESPONSE, bind.sequence, wire.ESME_RBINDFAIL))
            return
        await peer.let_in()
        while True:
            submit = await peer.read_submit()
            text = submit.short_message.decode()
            self.seen.add(text)
            deed = self.random.choice(DEEDS)
            if deed in ("accept", "answer twice"):
                self.accepted[text] = f"id-{len(self.seen)}"
                answer = Answer(wire.SUBMIT_SM_RESP, submit.sequence, 0, self.accepted[text])
                peer.write(*[answer] * (2 if deed == "answer twice" else 1))
            elif deed in ("throttle", "reject"):
                self.refused[text] = wire.ESME_RTHROTTLED if deed == "throttle" else wire.ESME_RINVDSTADR
                peer.write(Answer(wire.SUBMIT_SM_RESP, submit.sequence, self.refused[text]))
            elif deed == "garbage":
                peer.write(b"\xff" * self.random.randrange(4, 40))
            elif deed == "unbind":
                peer.write(Request(wire.UNBIND, 1))
            elif deed == "close":
                return
            elif deed == "reset":
                peer.writer.transport.abort()
                return


@pytest.mark.parametrize("seed", range(6))
async def test_every_outcome_is_told_once_and_is_true(world, seed):
    capricious = Capricious(seed)
    carrier = await world.carrier(capricious, capricious)
    rig = await world.connect(
        carrier.port, binds=2, window=8, response_timeout=0.3, reconnect_first=0.01, reconnect_most=0.02
    )
    waiting = {}
    for number in range(MESSAGES):
        await until(lambda: rig.connector.room > 0 or capricious.random.random() < 0.02)
        text, room = f"message {number}", rig.connector.room
        waiting[text] = rig.submit(handover(text))
        assert room == 0 or not waiting[text].done(), "turned away though there was room"

    async with asyncio.timeout(30):
        outcomes = dict(zip(waiting, await asyncio.gather(*waiting.values()), strict=True))

    for text, outcome in outcomes.items():
        match outcome:
            case Taken(provider_ids):
                assert provider_ids == (capricious.accepted[text],)
            case Throttled():
                assert capricious.refused[text] == wire.ESME_RTHROTTLED
            case Rejected():
                assert capricious.refused[text] == wire.ESME_RINVDSTADR
            case Unreachable():
                assert text not in capricious.seen
            case Unknown(reason):
                assert reason
    assert sum(isinstance(outcome, Taken) for outcome in outcomes.values()) > MESSAGES / 3
    assert {type(outcome) for outcome in outcomes.values()} >= {Taken, Throttled, Rejected, Unknown}
    assert rig.told_twice == 0
    assert rig.connector.statistics.in_flight == 0
