"""An account with a verify service and a sender, on a real socket, and a clock that a test sets."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from tests.api_home import ApiHome, Reply, api_home, now

from tidings.accounts import Opened
from tidings.runtime.database import Database
from tidings.verify.mail import Mail
from tidings.verify.voice import Voice

ANNA, BEN = "+14155550199", "+447400123456"
SHOP = "+14155550100"


class Clock:
    """Starts at the present, and goes where a test puts it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return now() + self.ahead

    def forward(self, **by: float) -> None:
        self.ahead += timedelta(**by)


class Place:
    def __init__(self, home: ApiHome, shop: Opened, service: str, clock: Clock) -> None:
        self.home, self.shop, self.service, self.clock = home, shop, service, clock

    @property
    def path(self) -> str:
        return f"/verify/v2/Services/{self.service}"

    async def post(self, path: str, *, as_: Opened | None = None, **form: Any) -> Reply:
        return await self.home.ask("POST", self.path + path, as_=as_ or self.shop, form=form)

    async def get(self, path: str, *, as_: Opened | None = None) -> Reply:
        return await self.home.ask("GET", self.path + path, as_=as_ or self.shop)

    async def set(self, **form: Any) -> None:
        reply = await self.post("", **form)
        assert reply.status == 200, reply.text

    async def start(self, to: str = ANNA, **form: Any) -> Reply:
        return await self.post("/Verifications", **{"To": to, "Channel": "sms"} | form)

    async def check(self, code: str, to: str = ANNA, **form: Any) -> Reply:
        told = {"Code": code} | ({} if "VerificationSid" in form else {"To": to}) | form
        return await self.post("/VerificationCheck", **told)

    async def rows(self, sql: str, *values: Any) -> list[Any]:
        async with self.home.db.connection() as connection:
            return await connection.fetch(sql, *values)

    async def texts(self, to: str = ANNA) -> list[str]:
        """What was sent to somebody, in order."""
        found = await self.rows("select body from messages where recipient = $1 order by created_at, id", to)
        return [row["body"] for row in found]

    async def code(self, to: str = ANNA) -> str:
        """The code of the last text."""
        [*_, text] = await self.texts(to)
        match = re.search(r"is: (\S{4,10})", text)
        assert match is not None, text
        return match[1].rstrip(".")


@asynccontextmanager
async def place(
    db: Database, *, mail: Mail | None = None, voice: Voice | None = None, **settings: Any
) -> AsyncIterator[Place]:
    clock = Clock()
    async with api_home(db, clock=clock, mail=mail, voice=voice) as home:
        shop = await home.open_account()
        await home.give_sender(shop, SHOP, mps=100)
        made = await home.ask(
            "POST", "/verify/v2/Services", as_=shop, form={"FriendlyName": "Shop"} | settings
        )
        assert made.status == 201, made.text
        yield Place(home, shop, made.body["sid"], clock)


def wrong(code: str) -> str:
    """Another code of the same length."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"
