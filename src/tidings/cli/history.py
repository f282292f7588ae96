"""The history of what an account chose, as verbs print it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

import msgspec


class Version(Protocol):
    """One choice of the past."""

    @property
    def at(self) -> datetime | None: ...
    @property
    def version(self) -> int: ...
    @property
    def changed_by(self) -> str: ...
    @property
    def reason(self) -> str: ...


Kept = TypeVar("Kept", bound=Version)


def print_history(found: Sequence[Kept], *, shown: Callable[[Kept], object], as_json: bool) -> None:
    """A line for each, in the order given; as JSON each as it is `shown`."""
    if as_json:
        print(msgspec.json.encode([shown(one) for one in found]).decode())
        return
    for one in found:
        print(f"{one.at:%Y-%m-%d %H:%M}  version {one.version}  {one.changed_by}: {one.reason}")
    if not found:
        print("Nothing was ever chosen; the defaults hold.")
