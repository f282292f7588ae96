"""Whether the name of a domain leads here."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import NamedTuple

Resolve = Callable[[str], Awaitable[frozenset[str]]]
"""The addresses of a name; none where it has none."""


class Standing(NamedTuple):
    """`reason` says what is wrong, and what to do; "" where all is well."""

    valid: bool
    reason: str


async def dns_standing(name: str, *, target: str | None, resolve: Resolve) -> Standing:
    """Compares the addresses of a name with those of `target`, to which the operator wants such names to lead."""
    found = await resolve(name)
    if not found:
        to = target or "where this installation is reached"
        return Standing(False, f"{name} does not resolve: give it a CNAME record that names {to}.")
    if target is None:
        return Standing(True, "")
    wanted = await resolve(target)
    if not wanted:
        return Standing(False, f"{target}, to which names shall lead, does not resolve: tell the operator.")
    astray = found - wanted
    if astray:
        return Standing(
            False, f"{name} leads to {', '.join(sorted(astray))}: it must lead to {target} alone."
        )
    return Standing(True, "")


async def system_resolve(name: str) -> frozenset[str]:
    """By the system's resolver."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset(str(one[4][0]) for one in found)
