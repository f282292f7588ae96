"""The simulator's control API can send in anybody's name: it stays on this machine."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tidings import app
from tidings.config import Config


async def test_the_control_api_stays_on_loopback_wherever_the_smpp_port_is() -> None:
    told: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
    stopping = asyncio.Event()
    config = Config.load({"TIDINGS_SIMULATOR_HOST": "0.0.0.0"})
    role = asyncio.create_task(app.simulator(app.Post(config, "simulator", {}, stopping, told.set_result)))
    ready = await asyncio.wait_for(told, 20)
    stopping.set()
    await role
    assert urlsplit(ready["control_url"]).hostname == "127.0.0.1"
