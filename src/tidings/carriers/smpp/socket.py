"""What both sides want of their socket."""

import asyncio
import socket


def without_delay(transport: asyncio.Transport) -> None:
    """Small writes leave at once: Nagle's wait against delayed acknowledgements costs 40 ms each."""
    sock = transport.get_extra_info("socket")
    if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
