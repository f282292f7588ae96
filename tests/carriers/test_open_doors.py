"""The doors of the carriers in the book: open as it stands, and open anew when it changes."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from tests.api_home import SEALER, now
from tests.carriers.http.files import PLAIN, text_of

from tidings.carriers.book import CHANNEL, CarrierEntry, CarrierState, put_carrier, remove_carrier
from tidings.carriers.kinds import KINDS, kind_of
from tidings.carriers.open_doors import OpenDoors
from tidings.runtime.database import Database

PUBLIC = "https://t.example"
TWILIO = {"account_sid": "AC" + "a" * 32, "auth_token": "t"}
DECLARED = {"spec": text_of(PLAIN), "key": "k"}


@asynccontextmanager
async def doors(db: Database) -> AsyncIterator[OpenDoors]:
    built = OpenDoors(db, sealer=SEALER, public_url=PUBLIC, monotonic=time.monotonic)
    listener = await db.listen(CHANNEL, built.hear)
    yield built
    await listener.close()


async def put(db: Database, name: str, kind: str, settings: dict[str, object]) -> None:
    async with db.transaction() as connection:
        await put_carrier(connection, CarrierEntry(name, kind, settings), sealer=SEALER, now=now())


async def test_carriers_that_call_us_have_doors(db: Database) -> None:
    await put(db, "up", "twilio", TWILIO)
    await put(db, "plain", "http", DECLARED)
    await put(db, "smsc", "smpp", {"host": "h", "port": 2775, "system_id": "s", "password": "p"})
    async with doors(db) as found:
        up = await found.find("up")
        assert up is not None
        assert up.public_url == PUBLIC
        assert await found.find("plain") is not None
        assert await found.find("smsc") is None
        assert await found.find("nobody") is None


async def test_whoever_comes_while_the_book_is_read_waits_for_it(db: Database) -> None:
    await put(db, "up", "twilio", TWILIO)
    async with doors(db) as found:
        for _ in range(5):
            found.hear("up")
            opened = await asyncio.gather(*(found.find("up") for _ in range(20)))
            assert None not in opened


async def test_a_change_of_the_book_is_heard_at_once(db: Database) -> None:
    async with doors(db) as found:
        assert await found.find("up") is None
        await put(db, "up", "twilio", TWILIO)
        assert await heard(found, "up", wanted=True)
        async with db.transaction() as connection:
            off = CarrierEntry("up", "twilio", TWILIO, state=CarrierState.OFF)
            await put_carrier(connection, off, sealer=SEALER, now=now())
        assert await found.find("up") is not None
        async with db.transaction() as connection:
            assert await remove_carrier(connection, "up")
        assert await heard(found, "up", wanted=False)


async def heard(found: OpenDoors, name: str, *, wanted: bool) -> bool:
    """The news is on its way: whether the door comes to be as wanted, there or not."""
    deadline = time.monotonic() + 10
    while (await found.find(name) is not None) is not wanted:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.01)
    return True


async def test_settings_that_cannot_be_used_close_one_door_alone(db: Database) -> None:
    await put(db, "bad", "http", {"shipped": "telnyx", "api_key": "hunter2", "public_key": "x"})
    await put(db, "up", "twilio", TWILIO)
    async with doors(db) as found:
        with structlog.testing.capture_logs() as lines:
            assert await found.find("bad") is None
            assert await found.find("up") is not None
        (line,) = [line for line in lines if line["log_level"] == "error"]
        assert line["carrier"] == "bad"
        assert "messaging_profile_id: missing" in line["faults"]
        assert "hunter2" not in str(line)


def test_every_kind_tells_its_faults_and_its_secrets() -> None:
    for name in KINDS:
        kind = kind_of(name)
        assert kind.check({}, public_url=None), name
    assert kind_of("twilio").check(TWILIO, public_url=PUBLIC) == []
    assert kind_of("http").check(DECLARED, public_url=None) == []
    assert kind_of("twilio").secrets(TWILIO) == {"auth_token", "api_key_secret"}
    assert kind_of("http").secrets(DECLARED) == {"key"}
    assert kind_of("http").secrets({"shipped": "nobody", "key": "k"}) == {"shipped", "key"}
