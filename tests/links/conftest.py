"""A brand with a domain, for every test that asks."""

from collections.abc import AsyncIterator

import pytest
from tests.api_home import api_home
from tests.links.brand import Brand

from tidings.runtime.database import Database


@pytest.fixture
async def brand(db: Database) -> AsyncIterator[Brand]:
    async with api_home(db) as home:
        yield await Brand.open(home)
