"""A provider of number facts as a YAML file declares it: where it is asked, and what its answer means. Pure.

    - name: twilio
      url: https://lookups.twilio.com/v2/PhoneNumbers/{number}?Fields={packages}
      user: ${TWILIO_ACCOUNT_SID}
      password: ${TWILIO_AUTH_TOKEN}
      packages:
        line_type_intelligence: {keep_days: 30, cost: 0.008}

A package stands in the answer under its own name, as Twilio's own API has it, or its values are taken from where
`values` says: `{type: line.kind, carrier_name: network.name}`, with `types: {wireless: mobile}` for other words.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from tidings.lookup.package import LINE_TYPE, LINE_TYPES, PACKAGES, empty

LONGEST_KEEP_DAYS = 3650
_SECRET = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


class DeclaredPackage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keep_days`: how long an answer is believed, 0 for not at all; `cost`: of one answer."""

    keep_days: float = 0.0
    cost: float = 0.0
    values: dict[str, str] = {}


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One provider. `countries`: of whose numbers it is asked; empty for all."""

    name: str
    url: str
    packages: dict[str, DeclaredPackage]
    user: str | None = None
    password: str | None = None
    headers: dict[str, str] = {}
    countries: list[str] = []
    types: dict[str, str] = {}
    timeout_seconds: float = 3.0


class BadProviders(Exception):  # noqa: N818 - it names what is wrong
    """A file of providers that cannot be used. The message names the provider and the field."""


def parse_providers(text: str, *, environ: Mapping[str, str]) -> list[Declared]:
    """The providers of a file, with `${NAME}` replaced from the environment. Raises BadProviders."""

    def secret(match: re.Match[str]) -> str:
        value = environ.get(match[1])
        if value is None:
            raise BadProviders(f"the environment has no {match[1]}")
        return value

    try:
        providers = msgspec.yaml.decode(_SECRET.sub(secret, text), type=list[Declared])
    except msgspec.DecodeError as error:
        raise BadProviders(str(error)) from error
    for one in providers:
        fault = _fault(one)
        if fault is not None:
            raise BadProviders(f"{one.name}: {fault}")
    return providers


def values_of(provider: Declared, package: str, answer: Any) -> dict[str, Any] | None:
    """What an answer says of a package, in our own keys; None where it says nothing."""
    declared = provider.packages[package]
    if declared.values:
        found = {key: _at(answer, path) for key, path in declared.values.items()}
    else:
        told = answer.get(package) if isinstance(answer, dict) else None
        found = {key: told.get(key) for key in PACKAGES[package]} if isinstance(told, dict) else {}
    if found.get("error_code") is not None or all(value is None for value in found.values()):
        return None
    if package == LINE_TYPE and found.get("type") is not None:
        kind = provider.types.get(str(found["type"]), found["type"])
        found["type"] = kind if kind in LINE_TYPES else "unknown"
    return empty(package, **found)


def _at(answer: Any, path: str) -> Any:
    for step in path.split("."):
        answer = answer.get(step) if isinstance(answer, dict) else None
    return answer


def _fault(one: Declared) -> str | None:
    if not one.url.startswith(("http://", "https://")) or "{number}" not in one.url:
        return "url: an http(s) address with {number} in it"
    if not one.packages:
        return "packages: names what it is asked for"
    for package, declared in one.packages.items():
        if package not in PACKAGES:
            return f"packages: {package!r} is none of {', '.join(PACKAGES)}"
        wrong = set(declared.values) - set(PACKAGES[package])
        if wrong:
            return f"packages.{package}.values: there is no {', '.join(sorted(wrong))}"
        if not 0 <= declared.keep_days <= LONGEST_KEEP_DAYS or declared.cost < 0:
            return f"packages.{package}: keep_days are 0 to {LONGEST_KEEP_DAYS}, cost is 0 or more"
    if not 0 < one.timeout_seconds <= 30:
        return "timeout_seconds: above 0, 30 at most"
    return None
