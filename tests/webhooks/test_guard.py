"""Callbacks cannot be aimed at our own network."""

import pytest
from tests.webhooks.conftest import Start, World
from tests.webhooks.endpoint import Endpoint


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/ok",
        "http://localhost:{port}/ok",
        "http://[::1]:{port}/ok",
        "http://[::ffff:127.0.0.1]:{port}/ok",
        "http://[64:ff9b::7f00:1]:{port}/ok",
        "http://0.0.0.0:{port}/ok",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/ok",
        "http://192.168.0.1/ok",
        "http://100.64.0.1/ok",
    ],
)
async def test_a_private_address_is_refused_and_never_connected_to(
    world: World, endpoint: Endpoint, start: Start, url: str
) -> None:
    await start(allow_private=False)
    await world.tell(url.format(port=endpoint.port))
    (row,) = await world.ended()
    assert (row["code"], row["attempts"]) == (11210, 1)
    assert endpoint.connections == 0


async def test_a_name_that_does_not_resolve_is_a_bad_host_name(world: World, start: Start) -> None:
    await start()
    await world.tell("http://nowhere.invalid/ok#rc=0")
    (row,) = await world.ended()
    assert row["code"] == 11210
