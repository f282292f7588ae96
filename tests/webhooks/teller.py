"""A process that delivers callbacks until it is killed: `python -m tests.webhooks.teller DATABASE_URL`."""

import asyncio
import sys

import uvloop
from tests.webhooks.conftest import tokens

from tidings.runtime.database import Database
from tidings.webhooks import tell


async def main(url: str) -> None:
    db = await Database.connect(url, application_name="teller")
    await tell.run(db, tokens, allow_private=True, stopping=asyncio.Event())


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
