"""The same web server with nothing behind it: what the machine's moment allows to any answer over HTTP.

A rate of ours is told beside it, so that figures of slow and of fast moments can be compared.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from rig import Load

ANSWER = b"{" + b'"account_sid": "AC00000000000000000000000000000000", ' * 14 + b'"price": null}'
"""As long as the answer to a create request."""


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Reads the form, decodes nothing, keeps nothing."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(ANSWER))]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})


async def redirect(scope: dict[str, Any], _receive: Any, send: Any) -> None:
    """Sends everybody on, and knows nothing of links."""
    if scope["type"] != "http":
        return
    headers = [
        (b"cache-control", b"no-store"),
        (b"location", b"https://shop.example/spring?a=b&c=d"),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 302, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def bare_server(application: str = "application") -> Iterator[int]:
    """The port of a running one."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = int(free.getsockname()[1])
    words = [f"bare:{application}", "--http", "httptools", "--loop", "uvloop", "--port", str(port)]
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "uvicorn",
            *words,
            "--no-access-log",
            "--lifespan",
            "off",
            "--log-level",
            "error",
        ],
        cwd=Path(__file__).parent,
        env=os.environ,
    )
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


async def bare_rate(port: int, load: Load) -> float:
    """Answers a second to the requests of a load, sent there instead."""
    load.port = port
    return round(load.count / await load.run(), 1)


def _wait_for(port: int) -> None:
    for _ in range(1_000):
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise RuntimeError("the bare web server did not come up within 10 s")
