"""Fixtures: connectors and scripted carriers that are put away at the end of a test."""

import asyncio
from contextlib import AsyncExitStack

import pytest
import uvloop
from tests.carriers.smpp.rig import Carrier, Rig, decent


@pytest.fixture
async def world():
    """`carrier(script)` starts a carrier, `connect(port, **settings)` opens a connector to it."""
    async with AsyncExitStack() as stack:
        yield World(stack)


class World:
    def __init__(self, stack):
        self._stack = stack

    async def carrier(self, script=decent, then=decent, port=0):
        return await self._stack.enter_async_context(Carrier(script, then, port))

    async def connect(self, port, **settings):
        rig = Rig(port, **settings)
        await rig.connector.open()
        self._stack.push_async_callback(self._put_away, rig)
        return rig

    async def _put_away(self, rig):
        await rig.connector.close()
        assert rig.told_twice == 0


def pytest_asyncio_loop_factories(config, item):
    """Every test of a socket runs on both loops: the product's is uvloop, whose transports differ."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
