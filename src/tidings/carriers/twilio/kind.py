"""Twilio as a kind of carrier: settings are those of `TwilioSettings`."""

from collections.abc import Mapping

from tidings.carriers.book import CarrierEntry
from tidings.carriers.connector import Connector
from tidings.carriers.door import Door
from tidings.carriers.http.connector import HttpConnector
from tidings.carriers.kinds import Surroundings
from tidings.carriers.twilio.dialect import TwilioDialect
from tidings.carriers.twilio.door import TwilioDoor
from tidings.carriers.twilio.settings import TwilioSettings, TwilioSettingsError


def secrets(settings: Mapping[str, object]) -> frozenset[str]:
    """The auth token and the secret of an API key."""
    return frozenset({"auth_token", "api_key_secret"})


def check(settings: Mapping[str, object], *, public_url: str | None) -> list[str]:
    """Everything that is wrong with the settings."""
    try:
        TwilioSettings.parse(settings, public_url=public_url)
    except TwilioSettingsError as error:
        return str(error).splitlines()
    return []


def make(entry: CarrierEntry, around: Surroundings) -> Connector:
    """Raises TwilioSettingsError, a ValueError."""
    settings = TwilioSettings.parse(entry.settings, public_url=around.public_url)
    dialect = TwilioDialect(entry.name, settings)
    return HttpConnector(entry.name, dialect, settings.manners, on_room=around.on_room)


def door(entry: CarrierEntry, *, public_url: str | None) -> Door:
    """Raises TwilioSettingsError, a ValueError."""
    return TwilioDoor(entry.name, TwilioSettings.parse(entry.settings, public_url=public_url))
