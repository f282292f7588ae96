"""What a caller of the lookup API asks for, read from its parameters. Pure."""

from collections.abc import Iterable, Mapping

from tidings.kernel.codes import CODES
from tidings.kernel.instant import Instant
from tidings.kernel.outcomes import Refused
from tidings.lookup.number import HOME, Read, is_country, read
from tidings.lookup.package import CALLER_NAME, LINE_TYPE, PACKAGES, REASSIGNED, VALIDATION, Answer, empty

BAD_FIELD = CODES[60200]
MALFORMED = CODES[60618]
NOT_ENOUGH = CODES[60617]
_TYPES: Mapping[str, str] = {"carrier": LINE_TYPE, "caller-name": CALLER_NAME}


def packages_of(names: Iterable[str]) -> tuple[str, ...] | Refused:
    """The packages of `Fields`, each once."""
    wanted: dict[str, None] = {}
    for name in (one.strip() for one in names):
        if name in PACKAGES:
            wanted[name] = None
        elif name not in ("", VALIDATION):
            known = ", ".join((VALIDATION, *PACKAGES))
            return Refused(BAD_FIELD, f"Invalid parameter: Fields: {name[:40]!r} is none of {known}.")
    return tuple(wanted)


def packages_of_types(names: Iterable[str]) -> tuple[str, ...] | Refused:
    """The packages of the first version's `Type`."""
    wanted: dict[str, None] = {}
    for name in names:
        package = _TYPES.get(name)
        if package is None:
            text = f"Invalid parameter: Type: {name[:40]!r} is neither carrier nor caller-name."
            return Refused(BAD_FIELD, text)
        wanted[package] = None
    return tuple(wanted)


def number_of(text: str, country: str | None) -> Read | Refused:
    """The number in the format of the country, or of the US where none is named."""
    code = (country or HOME).upper()
    if not is_country(code):
        return malformed("CountryCode", f"{code[:10]!r} is no ISO 3166 code of a country, such as US")
    return read(text, code)


def malformed(parameter: str, problem: str) -> Refused:
    return Refused(MALFORMED, f"Lookup Malformed Request Parameter: {parameter}: {problem}.")


def day_of(text: str) -> str | None:
    """A day as `LastVerifiedDate` has it, YYYYMMDD or YYYY-MM-DD, in the latter form."""
    digits = text.replace("-", "")
    if len(digits) != 8 or not digits.isdigit():
        return None
    day = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    try:
        Instant.fromisoformat(day)
    except ValueError:
        return None
    return day


def lacking(package: str, about: Mapping[str, str]) -> Answer | None:
    """The answer of a package that cannot be told without more parameters."""
    if package == REASSIGNED and "LastVerifiedDate" not in about:
        return Answer(empty(package, error_code=str(NOT_ENOUGH.number)), {})
    return None
