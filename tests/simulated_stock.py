"""The simulated carrier's stock of numbers, on a real socket, in the loop of the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tidings.carriers.simulator.serve import Addresses, SimulatorSettings, serve
from tidings.carriers.stock import HttpStock
from tidings.runtime.http import HttpClient


@asynccontextmanager
async def simulated_stock() -> AsyncIterator[HttpStock]:
    """A stock that is whole at the beginning."""
    told: asyncio.Future[Addresses] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    http = HttpClient(allow_private=True)
    async with asyncio.TaskGroup() as crew:
        crew.create_task(serve(SimulatorSettings("tidings", "tidings"), ready=told.set_result, stop=stop))
        addresses = await told
        try:
            yield HttpStock(addresses.control_url, http)
        finally:
            stop.set()
            await http.close()
