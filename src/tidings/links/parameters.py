"""What a domain adds to the query of every destination, as UTM parameters are, merged with fields of the message.
Pure."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

MOST_PARAMETERS = 20
FIELDS = ("code", "service", "campaign", "variant")
"""What a value may name in braces, beside `tag:NAME`: the link's code, the service's SID, and tags of the message."""

_NAME = re.compile(r"[A-Za-z0-9_.~-]{1,64}", re.ASCII)
_FIELD = re.compile(r"\{([^{}]*)\}")
_TAG = re.compile(r"tag:[A-Za-z0-9._~ -]{1,128}", re.ASCII)


class Parameters(msgspec.Struct, frozen=True):
    """`pairs` of a name and what its value is written from; only to `hosts` and what lies below them, if any are
    named."""

    pairs: tuple[tuple[str, str], ...] = ()
    hosts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.pairs)


def parse_parameters(text: str) -> tuple[tuple[str, str], ...] | str:
    """The pairs of a text as it stands in a query, `utm_source=sms&utm_campaign={campaign}`; or what is wrong with it,
    as a sentence's end."""
    pairs = parse_qsl(text.strip().removeprefix("?"), keep_blank_values=True)
    if not pairs:
        return "has no parameter, as utm_source=sms is one"
    if len(pairs) > MOST_PARAMETERS:
        return f"has more than {MOST_PARAMETERS} parameters"
    for name, value in pairs:
        if not _NAME.fullmatch(name):
            return f"has a parameter {name[:64]!r}: names are of letters, digits, and _ . ~ -"
        if not value:
            return f"gives {name} no value"
        for field in _FIELD.findall(value):
            if field not in FIELDS and not _TAG.fullmatch(field):
                return f"names {{{field[:64]}}}, which is none of {', '.join(FIELDS)} and tag:NAME"
        if set(_FIELD.sub("", value)) & set("{}"):
            return f"has a brace in {name} that belongs to no field"
    return tuple(pairs)


def written(pairs: Sequence[tuple[str, str]]) -> str:
    """The text that `parse_parameters` read."""
    return "&".join(f"{name}={quote(value, safe='{}:')}" for name, value in pairs)


def fields_of(tags: Mapping[str, str], *, service: str) -> dict[str, str]:
    """What a message gives for the fields, but for the link's code."""
    named = {f"tag:{name}": value for name, value in tags.items()}
    return named | {
        "service": service,
        "campaign": tags.get("campaign", ""),
        "variant": tags.get("variant", ""),
    }


def with_parameters(destination: str, parameters: Parameters, fields: Mapping[str, str]) -> str:
    """The destination, which is of `destination_of`, with the parameters behind its own. One that it has already stays
    as it is, and one of which a field is empty is left out."""
    parts = urlsplit(destination)
    if not _goes_to(parts.hostname or "", parameters.hosts):
        return destination
    there = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    added = []
    for name, value in parameters.pairs:
        needed = _FIELD.findall(value)
        if name in there or not all(fields.get(field) for field in needed):
            continue
        merged = _FIELD.sub(lambda found: fields[found[1]], value)
        added.append(f"{name}={quote(merged, safe='-._~')}")
    if not added:
        return destination
    address, _, fragment = destination.partition("#")
    _, mark, query = address.partition("?")
    if not mark:
        address += "?"
    elif query and not query.endswith("&"):
        address += "&"
    return address + "&".join(added) + (f"#{fragment}" if fragment else "")


def _goes_to(host: str, hosts: Sequence[str]) -> bool:
    return not hosts or any(host == one or host.endswith(f".{one}") for one in hosts)
