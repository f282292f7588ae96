from collections.abc import AsyncIterator

import pytest
from tests.verify.place import Place, place

from tidings.runtime.database import Database


@pytest.fixture
async def verify(db: Database) -> AsyncIterator[Place]:
    async with place(db) as built:
        yield built
