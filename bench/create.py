"""CPU of one create request in our own code alone: door, form, draft, view; no socket, no HTTP parser, no database.

The accept step is replaced by one that answers at once, so what is left is what each message pays before and after
its share of a commit. Figures are microseconds of CPU.
"""

import asyncio
import base64
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "src")]

from tidings.kernel.sid import mint  # noqa: E402
from tidings.lanes.key import LaneKey  # noqa: E402
from tidings.messages import api  # noqa: E402
from tidings.messages.accept import Accepted  # noqa: E402
from tidings.messages.draft import Draft  # noqa: E402
from tidings.messages.states import State  # noqa: E402
from tidings.senders import Kind, Sender  # noqa: E402
from tidings.web.api.asgi import ApiDoor  # noqa: E402
from tidings.web.api.auth import Doorkeeper, Identity, Standing  # noqa: E402

ROUNDS = 5
REQUESTS = 4_000
ACCOUNT = UUID(int=0xABC)
SID = f"AC{ACCOUNT.hex}"
AUTHORIZATION = b"Basic " + base64.b64encode(f"{SID}:{'0' * 32}".encode())
PATH = f"/2010-04-01/Accounts/{SID}/Messages.json"


class OneSender:
    """A directory with a sender that is always remembered."""

    sender = Sender(UUID(int=5), ACCOUNT, "+15005550006", Kind.LONG_CODE, 100.0, None)

    def recall(self, account: UUID, address: str) -> Sender:
        return self.sender


async def identify(_user: str, _secret: str) -> Identity:
    return Identity(Standing(ACCOUNT, None, True, None), by_key=False)


async def standing(_account: UUID) -> Standing | None:
    return None


async def accept(draft: Draft, *, now: datetime) -> Accepted:
    return Accepted(
        id=mint(now, os.urandom(10), 3),
        draft=draft,
        state=State.QUEUED,
        code=None,
        created_at=now,
        expires_at=now,
        bucket=0,
        lane=LaneKey(ACCOUNT, "", 0, 0),
    )


def make_door() -> ApiDoor:
    doorkeeper = Doorkeeper(
        identify=identify,
        standing=standing,
        monotonic=time.monotonic,
        cache_key=bytes(32),
        concurrency_limit=500,
        trust_seconds=3_600,
    )
    routes = api.routes(
        db=None,  # type: ignore[arg-type]  # a create reads nothing here
        senders=OneSender(),  # type: ignore[arg-type]
        services=None,  # type: ignore[arg-type]  # nor goes through a service
        applications=None,  # type: ignore[arg-type]  # nor names an application
        domains=None,  # type: ignore[arg-type]  # nor has links to be shortened
        accept=accept,
        clock=lambda: datetime.now(UTC),
    )
    return ApiDoor(
        routes, doorkeeper=doorkeeper, beyond=nowhere, monotonic=time.monotonic, entropy=os.urandom
    )


async def nowhere(*_: Any) -> None:
    raise AssertionError("nothing goes here")


def bodies(*, fresh: bool) -> Iterator[bytes]:
    """Forms to one recipient, or to a new one each."""
    for number in range(REQUESTS):
        to = 2_000_000 + (next(_numbers) if fresh else 0)
        yield (
            f"To=%2B1415{to:07d}&From=%2B15005550006&Body=Your+parcel+number+{number}+is+on+its+way%2C+Anna."
            "&StatusCallback=http%3A%2F%2F127.0.0.1%3A9000%2Fstatus"
        ).encode()


_numbers = iter(range(REQUESTS * (ROUNDS + 1)))


async def one_round(door: ApiDoor, forms: list[bytes]) -> float:
    """Microseconds a request."""
    answered = 0

    async def send(event: Any) -> None:
        nonlocal answered
        answered += event.get("status") == 201

    begin = time.process_time()
    for form in forms:

        async def receive(form: bytes = form) -> dict[str, Any]:
            return {"type": "http.request", "body": form, "more_body": False}

        scope = {
            "type": "http",
            "method": "POST",
            "path": PATH,
            "query_string": b"",
            "scheme": "http",
            "headers": [
                (b"host", b"127.0.0.1:8000"),
                (b"authorization", AUTHORIZATION),
                (b"content-type", b"application/x-www-form-urlencoded"),
                (b"content-length", b"%d" % len(form)),
            ],
        }
        await door(scope, receive, send)
    took = time.process_time() - begin
    assert answered == len(forms)
    return took / len(forms) * 1e6


async def main() -> None:
    door = make_door()
    await one_round(door, list(bodies(fresh=True)))
    rounds = []
    for number in range(ROUNDS):
        rounds.append(
            {
                "same_recipient_us": await one_round(door, list(bodies(fresh=False))),
                "new_recipients_us": await one_round(door, list(bodies(fresh=True))),
            }
        )
        print(f"round {number + 1}: {rounds[-1]}", file=sys.stderr)
    medians = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    best = {name: min(one[name] for one in rounds) for name in rounds[0]}
    print(
        json.dumps(
            {"bench": "create", "requests": REQUESTS, "median": medians, "best": best, "rounds": rounds}
        )
    )


if __name__ == "__main__":
    asyncio.run(main())
