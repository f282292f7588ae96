"""The carriers whose files come with Tidings, each against a server that speaks its shape: out, and the way back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from tests.carriers.http.counter import Counter, counter
from tests.carriers.http.shapes import GONE, SHAPES, Shape, tell
from tests.carriers.stack import Stack, dispatching, stack

from tidings.carriers.http.carrier import HttpCarrier
from tidings.runtime.database import Database

ANNA = "+14155552671"


@dataclass
class World:
    name: str
    shape: Shape
    carrier: Counter
    ours: Stack

    @property
    def receipts(self) -> str:
        return f"{self.ours.url}/carriers/{self.name}/receipts"

    @property
    def inbound(self) -> str:
        return f"{self.ours.url}/carriers/{self.name}/inbound"


@asynccontextmanager
async def world(name: str, db: Database, db_url: str, **changed: str) -> AsyncIterator[World]:
    shape = SHAPES[name]()
    async with counter(shape.answer) as carrier, stack(db) as ours:
        given = {"shipped": name, "api_url": carrier.url, "allow_private": True} | shape.settings | changed
        made = HttpCarrier.parse(name, given, public_url=ours.url)
        ours.doors[name] = made.door()
        async with dispatching(db_url, lambda on_room: made.connector(on_room=on_room)):
            yield World(name, shape, carrier, ours)


@pytest.mark.parametrize("name", SHAPES)
async def test_a_message_goes_out_and_its_receipt_comes_back(name: str, db: Database, db_url: str) -> None:
    async with world(name, db, db_url) as it:
        sent = await it.ours.send(body="Grüß Gott — 你好", ucs2=True)
        await it.ours.until(sent, "sent")
        (id,) = it.shape.sent
        assert it.shape.sent[id]["text"] == "Grüß Gott — 你好"
        for _ in range(3):  # carriers repeat themselves
            assert await tell(it.receipts, it.shape.receipt(id, it.receipts, delivered=True)) == 200
        assert await tell(it.receipts, it.shape.receipt(id, it.receipts, delivered=False)) == 200
        facts = await it.ours.facts(sent)
        assert [kind for kind, _ in facts] == ["queued", "sent", "delivered"]


@pytest.mark.parametrize("name", SHAPES)
async def test_a_number_that_is_unknown_ends_with_twilios_code(name: str, db: Database, db_url: str) -> None:
    async with world(name, db, db_url) as it:
        sent = await it.ours.send(recipient=ANNA[:-4] + GONE)
        await it.ours.until(sent, "sent")
        (id,) = it.shape.sent
        assert await tell(it.receipts, it.shape.receipt(id, it.receipts, delivered=False)) == 200
        kind, detail = (await it.ours.facts(sent))[-1]
        assert (kind, detail["code"]) == ("undelivered", 30005)


@pytest.mark.parametrize("name", SHAPES)
async def test_a_refusal_ends_the_message_with_twilios_code(name: str, db: Database, db_url: str) -> None:
    async with world(name, db, db_url) as it:
        sent = await it.ours.send(recipient=ANNA[:-4] + "0099")
        facts = await it.ours.until(sent)
        codes = {"vonage": 21606, "telnyx": 21606, "plivo": 21619}
        assert facts[-1][1]["code"] == codes[name]
        assert len(it.carrier.read) == 1


@pytest.mark.parametrize("name", SHAPES)
async def test_a_person_writes_and_is_heard_once_it_is_proven(name: str, db: Database, db_url: str) -> None:
    async with world(name, db, db_url) as it:
        signed = it.shape.inbound(it.inbound, source=ANNA, destination="+14155550100", text="Stop, please")
        assert await tell(it.inbound, signed) == 200
        (message,) = it.ours.heard
        assert (message.carrier, message.source, message.destination) == (name, ANNA, "+14155550100")
        assert (message.text, message.parts) == ("Stop, please", 2)
        assert message.provider_id


@pytest.mark.parametrize("name", SHAPES)
async def test_forged_receipts_and_messages_are_refused(name: str, db: Database, db_url: str) -> None:
    async with world(name, db, db_url) as it:
        sent = await it.ours.send()
        await it.ours.until(sent, "sent")
        (id,) = it.shape.sent
        body, headers = it.shape.receipt(id, it.receipts, delivered=True)
        assert await tell(it.receipts, (body.replace(b"delivered", b"rejected"), headers)) == 403
        assert await tell(it.receipts, (body, {"Content-Type": headers["Content-Type"]})) == 403
        stranger = SHAPES[name]()
        stranger.settings = {key: value + "x" for key, value in stranger.settings.items()} | {
            "api_key": it.shape.settings.get("api_key", "")
        }
        stranger.sent = it.shape.sent
        assert await tell(it.receipts, stranger.receipt(id, it.receipts, delivered=True)) == 403
        signed = stranger.inbound(it.inbound, source=ANNA, destination="+14155550100", text="STOP")
        assert await tell(it.inbound, signed) == 403
        assert [kind for kind, _ in await it.ours.facts(sent)] == ["queued", "sent"]
        assert it.ours.heard == []


async def test_wrong_credentials_keep_messages_waiting(db: Database, db_url: str) -> None:
    async with world("plivo", db, db_url, auth_token="wrong") as it:
        sent = await it.ours.send()
        while not it.carrier.read:
            await it.ours.until(sent, "queued")
        assert [kind for kind, _ in await it.ours.facts(sent)] == ["queued"]
