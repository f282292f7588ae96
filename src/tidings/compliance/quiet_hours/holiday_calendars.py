"""Public holidays by calendar: `FR` is a country's, `US-AL` or `FR-57` that of a part of it. Pure."""

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=1)
def _calendars() -> dict[str, list[str]]:
    """The countries that have a calendar, with their parts."""
    import holidays  # Loaded when a rule first asks: it takes 0.2 s.

    return holidays.list_supported_countries(include_aliases=False)


@lru_cache(maxsize=1024)
def is_calendar(name: str) -> bool:
    country, _, part = name.partition("-")
    parts = _calendars().get(country)
    return parts is not None and (not part or part in parts)


@lru_cache(maxsize=4096)
def holidays_of(name: str, year: int) -> dict[date, str]:
    """A year's public holidays with their names, the days on which they are observed included.

    Raises ValueError for a calendar that `is_calendar` does not know.
    """
    if not is_calendar(name):
        raise ValueError(f"{name} is no calendar of holidays")
    import holidays

    country, _, part = name.partition("-")
    return dict(holidays.country_holidays(country, subdiv=part or None, years=year, language="en_US"))
