"""The kinds of carriers that can be written into the book, each a module that is loaded when one is used.

A kind's module has `check`, `secrets`, `make` and, where its carriers call us, `door`: see `Kind` and `HeardKind`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, runtime_checkable

from tidings.carriers.book import CarrierEntry
from tidings.carriers.connector import Connector, OnInbound, OnRead, OnReceipts, OnRoom
from tidings.carriers.door import Door


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a connector is given: whom to tell, and the address by which carriers reach us (None: not known)."""

    on_receipts: OnReceipts
    on_inbound: OnInbound
    on_room: OnRoom
    public_url: str | None = None
    on_read: OnRead | None = None
    """Told only by carriers that give messages from people no ids of their own."""


class Kind(Protocol):
    """What a kind's module offers."""

    def secrets(self, settings: Mapping[str, object]) -> frozenset[str]:
        """Names of the settings that are never shown; of settings that cannot be read, all."""
        ...

    def check(self, settings: Mapping[str, object], *, public_url: str | None) -> list[str]:
        """Everything that is wrong with the settings, a line each; no line shows a secret."""
        ...

    def make(self, entry: CarrierEntry, around: Surroundings) -> Connector:
        """A connector that is not open yet. Raises ValueError for settings that `check` finds fault with."""
        ...


@runtime_checkable
class HeardKind(Protocol):
    """What the module of a kind offers besides, whose carriers tell us things over HTTP."""

    def door(self, entry: CarrierEntry, *, public_url: str | None) -> Door:
        """Raises ValueError for settings that `check` finds fault with."""
        ...


KINDS: Mapping[str, str] = {
    "smpp": "tidings.carriers.smpp.kind",
    "twilio": "tidings.carriers.twilio.kind",
    "http": "tidings.carriers.http.kind",
}
"""The module of each kind."""


def kind_of(name: str) -> Kind:
    """Raises KeyError for a kind that is not there."""
    module: Kind = import_module(KINDS[name])
    return module
