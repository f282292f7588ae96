"""The kinds of carriers that can be written into the book, each a module that is loaded when one is used.

A kind's module has `check`, `SECRETS` and `make`: see `Kind`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from tidings.carriers.book import CarrierEntry
from tidings.carriers.connector import Connector, OnInbound, OnReceipts, OnRoom


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a connector is given: whom to tell, and the address by which carriers reach us (None: not known)."""

    on_receipts: OnReceipts
    on_inbound: OnInbound
    on_room: OnRoom
    public_url: str | None = None


class Kind(Protocol):
    """What a kind's module offers."""

    SECRETS: frozenset[str]
    """Settings that are never shown."""

    def check(self, settings: Mapping[str, object], *, public_url: str | None) -> list[str]:
        """Everything that is wrong with the settings, a line each; no line shows a secret."""
        ...

    def make(self, entry: CarrierEntry, around: Surroundings) -> Connector:
        """A connector that is not open yet. Raises ValueError for settings that `check` finds fault with."""
        ...


KINDS: Mapping[str, str] = {
    "smpp": "tidings.carriers.smpp.kind",
}
"""The module of each kind."""


def kind_of(name: str) -> Kind:
    """Raises KeyError for a kind that is not there."""
    module: Kind = import_module(KINDS[name])
    return module
