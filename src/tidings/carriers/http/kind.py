"""HTTP by a file as a kind of carrier: settings are those of `HttpCarrier`."""

from collections.abc import Mapping

from tidings.carriers.book import CarrierEntry
from tidings.carriers.connector import Connector
from tidings.carriers.door import Door
from tidings.carriers.http.carrier import HttpCarrier, spec_of
from tidings.carriers.http.spec import SpecFaults
from tidings.carriers.kinds import Surroundings

_ANY_NAME = "carrier"
"""A name that is as good as any to check settings with."""


def secrets(settings: Mapping[str, object]) -> frozenset[str]:
    """Those that the carrier's file calls so; all, when there is no file that can be read."""
    try:
        spec = spec_of(settings)
    except SpecFaults:
        return frozenset(settings)
    return frozenset(need.name for need in spec.needs if need.secret)


def check(settings: Mapping[str, object], *, public_url: str | None) -> list[str]:
    """Everything that is wrong with the file and the settings, a key that makes no proof included."""
    try:
        HttpCarrier.parse(_ANY_NAME, settings, public_url=public_url).door()
    except SpecFaults as error:
        return str(error).splitlines()
    return []


def make(entry: CarrierEntry, around: Surroundings) -> Connector:
    """Raises SpecFaults, a ValueError."""
    carrier = HttpCarrier.parse(entry.name, entry.settings, public_url=around.public_url)
    return carrier.connector(on_room=around.on_room)


def door(entry: CarrierEntry, *, public_url: str | None) -> Door:
    """Raises SpecFaults, a ValueError."""
    return HttpCarrier.parse(entry.name, entry.settings, public_url=public_url).door()
