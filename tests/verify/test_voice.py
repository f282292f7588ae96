"""Codes that a call says: asked for, and where a text did not arrive in time."""

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from tests.api_home import SEALER
from tests.carriers.simulator.esme import World, simulated
from tests.verify.place import ANNA, Place, place, wrong

from tidings.kernel.sid import Sid
from tidings.runtime.clock import system_entropy
from tidings.runtime.database import Database
from tidings.runtime.http import HttpClient
from tidings.runtime.outbox import NewFact, append
from tidings.verify.code import PURPOSE, CodeKey
from tidings.verify.fallback.call import Falling
from tidings.verify.voice import Voice, twiml_of

LINE = "+442079460958"
PATH = f"/2010-04-01/Accounts/AC{'0' * 32}/Calls.json"


class Phones:
    def __init__(self, verify: Place, carrier: World, falling: Falling) -> None:
        self.verify, self.carrier, self.falling = verify, carrier, falling

    async def calls(self) -> list[Any]:
        found: list[Any] = await self.carrier.call("GET", "/calls")
        return found

    async def said(self) -> str:
        """The code of the last call."""
        [*_, call] = await self.calls()
        match = re.search(r"is: ([\d, ]+)\.", unescape(call["text"]))
        assert match is not None, call
        return match[1].replace(", ", "")


@pytest.fixture
async def phones(db: Database) -> AsyncIterator[Phones]:
    async with simulated() as carrier:
        http = HttpClient(allow_private=True)
        voice = Voice(http, carrier.addresses.control_url + PATH, sender="+14155550100")
        async with place(db, voice=voice, FallbackSeconds=20) as verify:
            key = CodeKey(SEALER.key_for(PURPOSE))
            falling = Falling(db, key=key, voice=voice, clock=verify.clock, entropy=system_entropy)
            yield Phones(verify, carrier, falling)
        await http.close()


async def test_a_call_says_the_code_sign_by_sign(phones: Phones) -> None:
    verify = phones.verify
    started = await verify.start(LINE, Channel="call", SendDigits="w12")
    assert (started.status, started.body["channel"]) == (201, "call")
    assert started.body["send_code_attempts"][0]["channel"] == "CALL"
    [call] = await phones.calls()
    assert (call["source"], call["destination"]) == ("+14155550100", LINE)
    assert await verify.rows("select 1 from messages") == []
    code = await phones.said()
    assert not (await verify.check(wrong(code), to=LINE)).body["valid"]
    assert (await verify.check(code, to=LINE)).body["valid"]
    refused = await verify.start("+14155550021", Channel="call")
    assert (refused.status, refused.body["code"]) == (400, 60200)


async def test_auto_calls_where_a_line_takes_no_texts(phones: Phones) -> None:
    assert (await phones.verify.start(LINE)).body["code"] == 60205
    assert (await phones.verify.start(LINE, Channel="auto")).body["channel"] == "call"
    assert (await phones.verify.start(ANNA, Channel="auto")).body["channel"] == "sms"


async def test_a_code_that_does_not_arrive_is_said_by_a_call_once(phones: Phones) -> None:
    verify = phones.verify
    started = await verify.start()
    verify.clock.forward(seconds=19)
    assert await phones.falling.look() == 0
    verify.clock.forward(seconds=2)
    assert await phones.falling.look() == 1
    assert await phones.falling.look() == 0
    assert len(await phones.calls()) == 1
    shown = (await verify.get(f"/Verifications/{started.body['sid']}")).body
    assert [one["channel"] for one in shown["send_code_attempts"]] == ["SMS", "CALL"]
    code = await verify.code()
    assert await phones.said() == code
    assert (await verify.check(code)).body["valid"]


async def test_nobody_is_called_who_needs_no_call(phones: Phones) -> None:
    """What arrived, was said, was asked for anew, or cannot be said again."""
    verify = phones.verify
    await verify.set(CustomCodeEnabled=True)
    arrived, said, again, custom = (f"+1415555{n:04d}" for n in (110, 230, 350, 470))
    for person in (arrived, said, again):
        await verify.start(person)
    await verify.start(custom, CustomCode="4711")
    [row] = await verify.rows("select id, bucket, account from messages where recipient = $1", arrived)
    async with verify.home.db.transaction() as connection:
        fact = NewFact(row["bucket"], verify.clock(), row["account"], row["id"], "message.delivered")
        await append(connection, [fact])
    assert (await verify.check(await verify.code(said), to=said)).body["valid"]
    verify.clock.forward(seconds=15)
    await verify.start(again)
    verify.clock.forward(seconds=6)
    assert await phones.falling.look() == 3
    assert await phones.calls() == []
    verify.clock.forward(seconds=20)
    await phones.falling.look()
    assert [call["destination"] for call in await phones.calls()] == [again]


async def test_a_call_that_nobody_takes_on_is_a_failed_attempt(phones: Phones) -> None:
    verify = phones.verify
    started = await verify.start("+14155550021")
    verify.clock.forward(seconds=21)
    assert await phones.falling.look() == 1
    id = Sid.parse(started.body["sid"], "VE")
    assert id is not None
    rows = await attempts(verify, id.uuid)
    assert [(row["channel"], row["code"]) for row in rows] == [("sms", None), ("call", 60200)]


async def attempts(verify: Place, id: UUID) -> list[Any]:
    return await verify.rows(
        "select channel, code from verify_attempts where verification = $1 order by id", id
    )


def test_what_people_choose_is_text_in_a_call() -> None:
    said = twiml_of('<Dial>&"x" 1234', code="1234", locale="de")
    assert said.startswith('<Response><Say language="de-DE">&lt;Dial&gt;&amp;"x" 1, 2, 3, 4.</Say>')


async def test_without_a_provider_nobody_is_called(db: Database) -> None:
    async with place(db, FallbackSeconds=20) as verify:
        assert (await verify.start(LINE, Channel="call")).body["code"] == 60223
        await verify.start()
        assert await verify.rows("select 1 from verify_fallbacks") == []
        refused = await verify.post("", FallbackSeconds=4)
        assert (refused.status, refused.body["code"]) == (400, 60200)
