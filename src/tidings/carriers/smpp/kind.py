"""SMPP as a kind of carrier: settings are those of `SmppSettings`."""

from collections.abc import Mapping

from tidings.carriers.book import CarrierEntry
from tidings.carriers.connector import Connector
from tidings.carriers.kinds import Surroundings
from tidings.carriers.smpp.connector import SmppConnector
from tidings.carriers.smpp.settings import SmppSettings, SmppSettingsError


def secrets(settings: Mapping[str, object]) -> frozenset[str]:
    """The password alone."""
    return frozenset({"password"})


def check(settings: Mapping[str, object], *, public_url: str | None) -> list[str]:
    """Everything that is wrong with the settings, TLS files that cannot be read included."""
    try:
        SmppSettings.parse(settings).tls_context()
    except SmppSettingsError as error:
        return str(error).splitlines()
    except OSError as error:
        return [f"its TLS files cannot be used: {error}"]
    return []


def make(entry: CarrierEntry, around: Surroundings) -> Connector:
    """Raises SmppSettingsError, a ValueError."""
    return SmppConnector(
        entry.name,
        SmppSettings.parse(entry.settings),
        on_receipts=around.on_receipts,
        on_inbound=around.on_inbound,
        on_room=around.on_room,
        on_read=around.on_read,
    )
