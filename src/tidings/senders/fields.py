"""Reading the fields that numbers, codes and services have in common: where to call, by which method, names, switches.

In a change, a field that is absent stays as it is, and an address that is empty is taken away.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from tidings.kernel.callback_url import is_callback_url
from tidings.kernel.codes import (
    INVALID_FRIENDLY_NAME,
    INVALID_METHOD,
    INVALID_SID,
    INVALID_STATUS_CALLBACK,
    INVALID_URL,
)
from tidings.kernel.outcomes import Refused
from tidings.kernel.sid import Sid
from tidings.web.api.forms import boolean, invalid, whole_number
from tidings.web.api.request import Form, last

LONGEST_NAME = 64
METHODS = ("GET", "POST")


class ApiVersion(StrEnum):
    """Of the requests that a call would make."""

    OLD = "2008-08-01"
    PRESENT = "2010-04-01"


E = TypeVar("E", bound=StrEnum)


class Fields:
    """A form that is read field by field, each with the value that it has now. Where one is at fault, `fault` has
    the refusal of the first of them, and what was read is not to be used."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self.fault: Refused | None = None

    def _refuse(self, refused: Refused) -> None:
        self.fault = self.fault or refused

    def name(self, present: str) -> str:
        asked = last(self._form, "FriendlyName") or present
        if len(asked) > LONGEST_NAME:
            self._refuse(Refused.because(INVALID_FRIENDLY_NAME))
        return asked

    def address(self, key: str, present: str | None) -> str | None:
        """A URL to call; an invalid one is refused with 21402, a status callback with 21609."""
        if key not in self._form:
            return present
        url = last(self._form, key)
        if url is not None and not is_callback_url(url):
            code = INVALID_STATUS_CALLBACK if key == "StatusCallback" else INVALID_URL
            self._refuse(Refused.because(code, url=url))
        return url

    def method(self, key: str, present: str) -> str:
        asked = last(self._form, key) or present
        if asked.upper() not in METHODS:
            self._refuse(Refused.because(INVALID_METHOD, method=asked))
        return asked.upper()

    def sid(self, key: str, prefix: str, present: str | None) -> str | None:
        """The SID of something; one that is none is refused with 20423, and an empty one is taken away."""
        if key not in self._form:
            return present
        asked = last(self._form, key)
        if asked is not None and Sid.parse(asked, prefix) is None:
            self._refuse(Refused.because(INVALID_SID, sid=asked))
        return asked

    def switch(self, key: str, present: bool) -> bool:
        asked = boolean(self._form, key, default=present)
        if isinstance(asked, Refused):
            self._refuse(asked)
            return present
        return asked

    def choice(self, key: str, present: E, refused: Callable[[], Refused]) -> E:
        """One of the words of the present value's own kind, in letters of either size."""
        asked = last(self._form, key)
        if asked is None:
            return present
        kind = type(present)
        if asked.lower() not in list(kind):
            self._refuse(refused())
            return present
        return kind(asked.lower())

    def api_version(self, present: str) -> str:
        """`ApiVersion`: one of the two that Twilio has."""
        return self.choice(
            "ApiVersion",
            ApiVersion(present),
            lambda: invalid("ApiVersion", "must be 2010-04-01 or 2008-08-01"),
        ).value

    def whole(self, key: str, present: int, *, most: int, refused: Callable[[str], Refused]) -> int:
        """A whole number from 1 to `most`."""
        asked = last(self._form, key)
        if asked is None:
            return present
        number = whole_number(asked)
        if number is None or not 1 <= number <= most:
            self._refuse(refused(asked))
            return present
        return number
