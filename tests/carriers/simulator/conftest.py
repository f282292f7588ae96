"""Fixtures of the simulator's tests."""

import pytest
from tests.carriers.simulator.esme import simulated


@pytest.fixture
async def world():
    """A running simulator with the default personality."""
    async with simulated() as running:
        yield running
