"""Listening: the web role's sockets, and the HTTP servers on them. One application, in clear and over TLS."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from tidings.web.api.http_protocol import http_protocol

BACKLOG = 2_048
GOODBYE_SECONDS = 4


@dataclass(frozen=True, slots=True)
class Patience:
    """How long clients are waited for."""

    request_seconds: float
    keep_alive_seconds: int = 75


@dataclass(frozen=True, slots=True)
class Sealed:
    """A socket that speaks TLS, and the files of its certificate and key."""

    listener: socket.socket
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class SealedByName:
    """A socket that speaks TLS with the certificate of whichever name a client asks for."""

    listener: socket.socket
    context: ssl.SSLContext


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A listening TCP socket; port 0 finds a free one. Several processes may listen on a `shared` one's address. Raises
    OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG, reuse_port=shared)


async def serve_http(
    app: Any,
    *,
    clear: socket.socket,
    sealed: Sealed | None,
    by_name: SealedByName | None = None,
    patience: Patience,
    trusted_proxies: str,
    stopping: asyncio.Event,
    ready: Callable[[], None],
) -> None:
    """Serves `app` until `stopping` is set, then answers what is under way. Calls `ready` once it listens."""
    servers = [(_server(app, patience, trusted_proxies, tls=None), clear)]
    if sealed is not None:
        servers.append((_server(app, patience, trusted_proxies, tls=sealed), sealed.listener))
    if by_name is not None:
        servers.append((_server(app, patience, trusted_proxies, tls=by_name), by_name.listener))
    async with asyncio.TaskGroup() as crew:
        for server, listener in servers:
            crew.create_task(server.serve(sockets=[listener]))
        for server, _ in servers:
            await server.listening.wait()
        ready()
        await stopping.wait()
        for server, _ in servers:
            server.should_exit = True


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: the process decides when to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(
    app: Any, patience: Patience, trusted_proxies: str, *, tls: Sealed | SealedByName | None
) -> _Server:
    config = uvicorn.Config(
        app,
        http=http_protocol(request_timeout_seconds=patience.request_seconds),
        loop="none",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=tls is None,
        forwarded_allow_ips=trusted_proxies,
        timeout_keep_alive=patience.keep_alive_seconds,
        timeout_graceful_shutdown=GOODBYE_SECONDS,
        backlog=BACKLOG,
        ssl_certfile=str(tls.certificate) if isinstance(tls, Sealed) else None,
        ssl_keyfile=str(tls.key) if isinstance(tls, Sealed) else None,
    )
    config.load()
    if isinstance(tls, SealedByName):
        config.ssl = tls.context
    return _Server(config)
