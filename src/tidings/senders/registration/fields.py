"""Reading a submission's form by a table of its fields. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tidings.kernel.callback_url import is_callback_url
from tidings.kernel.outcomes import Refused
from tidings.kernel.phone_number import PhoneNumber
from tidings.web.api.forms import invalid, truth
from tidings.web.api.request import Form

_KEYWORD = re.compile(r"[^\W_]+")
_VOLUME = re.compile(r"[0-9][0-9,]{0,14}\+?", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)

Read = Callable[[list[str]], Any]
"""The value of a parameter that was given, from all that stood under its name; a text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Wrong:
    reason: str


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, the name of the field that it fills, what reads it, and whether a first submission needs it."""

    parameter: str
    name: str
    read: Read
    required: bool = False


def read_fields(form: Form, fields: Iterable[Field], *, partly: bool = False) -> dict[str, Any] | Refused:
    """The fields that were given, by name. An empty value counts as not given; `partly` needs none."""
    values: dict[str, Any] = {}
    for field in fields:
        given = [value for value in form.get(field.parameter, []) if value]
        if not given:
            if field.required and not partly:
                return invalid(field.parameter, "is required")
            continue
        value = field.read(given)
        if isinstance(value, Wrong):
            return invalid(field.parameter, value.reason)
        values[field.name] = value
    return values


def text(longest: int) -> Read:
    def read(given: list[str]) -> str | Wrong:
        return given[-1] if len(given[-1]) <= longest else Wrong(f"has more than {longest} characters")

    return read


def texts(longest: int, most: int) -> Read:
    def read(given: list[str]) -> list[str] | Wrong:
        if len(given) > most:
            return Wrong(f"stands more than {most} times")
        return (
            given
            if all(len(one) <= longest for one in given)
            else Wrong(f"has more than {longest} characters")
        )

    return read


def keywords(given: list[str]) -> list[str] | Wrong:
    """Letters and digits; 255 characters all together."""
    if sum(map(len, given)) > 255:
        return Wrong("has more than 255 characters")
    return given if all(map(_KEYWORD.fullmatch, given)) else Wrong("must be letters and digits")


def switch(given: list[str]) -> bool | Wrong:
    value = truth(given[-1])
    return Wrong("must be true or false") if value is None else value


def url(given: list[str]) -> str | Wrong:
    return given[-1] if is_callback_url(given[-1]) else Wrong("must be an absolute HTTP URL")


def phone(given: list[str]) -> str | Wrong:
    return given[-1] if PhoneNumber.parse(given[-1]) else Wrong("must be a phone number in E.164")


def volume(given: list[str]) -> str | Wrong:
    return given[-1] if _VOLUME.fullmatch(given[-1]) else Wrong("must be a number of messages a month")


def country(given: list[str]) -> str | Wrong:
    return given[-1] if _COUNTRY.fullmatch(given[-1]) else Wrong("must be a country's two letters")


def one_of(*offered: str) -> Read:
    def read(given: list[str]) -> str | Wrong:
        return given[-1] if given[-1] in offered else Wrong("must be one of " + ", ".join(offered))

    return read


def some_of(*offered: str) -> Read:
    def read(given: list[str]) -> list[str] | Wrong:
        return given if set(given) <= set(offered) else Wrong("must be some of " + ", ".join(offered))

    return read


def shown(fields: Iterable[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """All fields by name, None where nothing was given."""
    return {field.name: values.get(field.name) for field in fields}
