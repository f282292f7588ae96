"""A carrier's address with its settings: smpps://system_id:password@host:port?long_text=payload&binds=2"""

from collections.abc import Mapping
from dataclasses import fields
from urllib.parse import parse_qsl, unquote, urlsplit

from tidings.carriers.smpp.settings import SmppSettings, SmppSettingsError

USUAL_PORT = 2775
_ELSEWHERE = {
    "host": "stands behind the @",
    "port": "stands behind the host",
    "system_id": "stands before the @",
    "password": "stands before the @",
    "tls": "write smpps:// instead",
}
"""Settings that the address itself gives."""
_TLS_FILES = ("tls_ca_file", "tls_certificate_file", "tls_key_file")
_KINDS = {field.name: field.type for field in fields(SmppSettings)}
IN_QUERY = tuple(name for name in _KINDS if name not in _ELSEWHERE)
"""What the query may set, by the names of SmppSettings."""


def settings_of(url: str, *, usual: Mapping[str, object]) -> SmppSettings:
    """The settings that a URL names, over the `usual` ones; its query may hold any of IN_QUERY.

    Raises SmppSettingsError with every fault, a line each; no line shows a secret.
    """
    return SmppSettings.parse(mapping_of(url, usual=usual))


def mapping_of(url: str, *, usual: Mapping[str, object]) -> dict[str, object]:
    """The same as a mapping that `SmppSettings.parse` takes."""
    parts = urlsplit(url)
    given = dict(usual)
    faults = []
    seen = set()
    for name, text in parse_qsl(parts.query, keep_blank_values=True):
        if name in _ELSEWHERE:
            faults.append(f"{name}: not in the query: {_ELSEWHERE[name]}")
        elif name in seen:
            faults.append(f"{name}: given twice")
        else:
            given[name] = _value(_KINDS.get(name), text)
        seen.add(name)
    if parts.path.strip("/") or parts.fragment:
        faults.append("more than an address and a query: write %2F, %3F and %23 for / ? and # in a password")
    if parts.scheme != "smpps":
        faults += [f"{name}: needs smpps://" for name in _TLS_FILES if name in seen]
    given |= {
        "host": parts.hostname or "",
        "port": parts.port or USUAL_PORT,
        "system_id": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "tls": parts.scheme == "smpps",
    }
    try:
        SmppSettings.parse(given)
    except SmppSettingsError as error:
        faults += str(error).splitlines()
    if faults:
        raise SmppSettingsError("\n".join(faults))
    return given


def _value(kind: object, text: str) -> object:
    """A query holds text: numbers are read as such; what is none stays text, which `parse` then refuses."""
    try:
        if kind is int:
            return int(text)
        if kind is float:
            return float(text)
    except ValueError:
        return text
    return text
