from collections.abc import AsyncIterator

import pytest
from tests.messages.world import World
from tests.messages.world import world as build

from tidings.runtime.database import Database


@pytest.fixture
async def world(db: Database, db_url: str) -> AsyncIterator[World]:
    async with build(db, db_url) as built:
        yield built
