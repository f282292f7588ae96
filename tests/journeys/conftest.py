"""One home for the journeys that leave it as it was."""

from collections.abc import Iterator

import pytest
from tests.journeys.running_home import RunningHome, running_home


@pytest.fixture(scope="session")
def home() -> Iterator[RunningHome]:
    with running_home() as running:
        yield running
