"""A lookup as Twilio's API shows it, in both versions. Pure."""

from collections.abc import Mapping
from typing import Any

from tidings.lookup.number import Read
from tidings.lookup.package import CALLER_NAME, LINE_TYPE, PACKAGES, V1_TYPES, Answer


def basic(number: Read) -> dict[str, Any]:
    """What is told of any number, whatever is asked for."""
    return {
        "calling_country_code": number.calling_code,
        "country_code": number.country,
        "phone_number": number.phone_number,
        "national_format": number.national_format,
        "valid": number.valid,
        "validation_errors": list(number.errors),
    }


def second(number: Read, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """The second version, but for its `url`: every key is there, null for what was not asked for."""
    shown = basic(number)
    for package in PACKAGES:
        answer = answers.get(package)
        shown[package] = None if answer is None else answer.values
    return shown


def first(number: Read, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """The first version, but for its `url`."""
    line, name = answers.get(LINE_TYPE), answers.get(CALLER_NAME)
    carrier = None
    if line is not None:
        carrier = {
            "error_code": line.values["error_code"],
            "mobile_country_code": line.values["mobile_country_code"],
            "mobile_network_code": line.values["mobile_network_code"],
            "name": line.values["carrier_name"],
            "type": V1_TYPES.get(line.values["type"] or ""),
        }
    return {
        "caller_name": None if name is None else name.values,
        "carrier": carrier,
        "add_ons": None,
        "country_code": number.country,
        "national_format": number.national_format,
        "phone_number": number.phone_number,
    }


def sources_header(answers: Mapping[str, Answer]) -> str:
    """Where each value came from, in a line: `line_type_intelligence.type=override 2026-11-24; ...`."""
    return "; ".join(
        f"{package}{'' if key == '*' else f'.{key}'}={source.name}{f' {source.as_of}' if source.as_of else ''}"
        for package, answer in answers.items()
        for key, source in answer.sources.items()
    )
