"""Open a connection to an endpoint: resolve its name, judge the addresses, connect to a judged one."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable

from tidings.runtime.http import is_public
from tidings.webhooks.destination import Endpoint
from tidings.webhooks.retry import Failure
from tidings.webhooks.wire import Wire

# OpenSSL's verify codes.
_HOST_MISMATCH = frozenset({62, 64})
_EXPIRED = frozenset({10})
_NO_PATH = frozenset({2, 18, 19, 20, 21, 27})


class Connect:
    """Opens wires. Private addresses are refused unless `allow_private`; a name is judged at each connection,
    by the very address that is then connected to, so that a name which changes its mind gains nothing."""

    def __init__(self, *, allow_private: bool, ca_file: str | None = None) -> None:
        """`ca_file`: the certificates to trust in place of the system's."""
        self._allow_private = allow_private
        self._context = ssl.create_default_context(cafile=ca_file)
        # For `sni=n`: no name is sent, so none can be expected in the certificate; its chain is still checked.
        self._nameless_context = ssl.create_default_context(cafile=ca_file)
        self._nameless_context.check_hostname = False

    async def __call__(
        self, endpoint: Endpoint, *, timeout_ms: int, make: Callable[[], Wire]
    ) -> Wire | Failure:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                addresses = await self._resolve(loop, endpoint)
                if isinstance(addresses, Failure):
                    return addresses
                failure: Wire | Failure = Failure.CONNECT
                for family, address in addresses:
                    failure = await self._connect(loop, endpoint, family, address, make)
                    if failure is not Failure.CONNECT:
                        return failure
                return failure
        except TimeoutError:
            return Failure.CONNECT_TIMEOUT

    async def _resolve(
        self, loop: asyncio.AbstractEventLoop, endpoint: Endpoint
    ) -> list[tuple[int, str]] | Failure:
        try:
            found = await loop.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return Failure.HOST_NAME
        addresses = [(int(family), str(address[0])) for family, _, _, _, address in found]
        allowed = [each for each in addresses if self._allow_private or is_public(each[1])]
        if addresses and not allowed:
            return Failure.ADDRESS
        return allowed or Failure.HOST_NAME

    async def _connect(
        self,
        loop: asyncio.AbstractEventLoop,
        endpoint: Endpoint,
        family: int,
        address: str,
        make: Callable[[], Wire],
    ) -> Wire | Failure:
        secure = endpoint.scheme == "https"
        context, name = (
            (self._context, endpoint.host) if endpoint.server_name else (self._nameless_context, "")
        )
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError:
            return Failure.CONNECT
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(sock, (address, endpoint.port))
        except OSError:
            sock.close()
            return Failure.CONNECT
        except BaseException:
            sock.close()
            raise
        try:
            _, wire = await loop.create_connection(
                make,
                sock=sock,
                ssl=context if secure else None,
                server_hostname=name if secure else None,
            )
        except ssl.SSLCertVerificationError as error:
            return _certificate_fault(error.verify_code)
        except ssl.SSLError:
            return Failure.TLS
        except OSError:  # reset in the middle of the handshake
            return Failure.TLS if secure else Failure.CONNECT
        return wire


def _certificate_fault(verify_code: int) -> Failure:
    if verify_code in _HOST_MISMATCH:
        return Failure.TLS_NAME
    if verify_code in _EXPIRED:
        return Failure.TLS_EXPIRED
    if verify_code in _NO_PATH:
        return Failure.TLS_ISSUER
    return Failure.TLS
