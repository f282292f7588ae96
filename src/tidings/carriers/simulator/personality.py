"""How a simulated carrier behaves when no magic number says otherwise: rates, shares and delays.

A personality is written in YAML or JSON; every key may be left out. Shares are between 0 and 1,
times are in seconds, and a time may be a range `[least, most]` from which each message draws.
`docs/reference/simulator.md` lists the keys; a test holds it against `KEYS`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

import msgspec
import yaml

from tidings.carriers.simulator.shown import shown

UNDELIVERED_CODES = (30003, 30004, 30005, 30006, 30007, 30008)
"""The error codes that a receipt can tell apart; each has its failure in receipts.py."""
MAX_SECONDS = 86_400.0
MAX_MPS = 1_000_000.0
MAX_KEYS = 100
MAX_ENTRIES = 10_000
MAX_TEXT_CHARACTERS = 1_600


@dataclass(frozen=True, slots=True)
class Delay:
    """A time in seconds, drawn evenly between two bounds; fixed when they are equal."""

    least: float
    most: float

    def at(self, share: float) -> float:
        """The delay in seconds for a draw between 0 and 1."""
        return self.least + (self.most - self.least) * share

    @property
    def fixed(self) -> bool:
        """Whether no draw is needed."""
        return self.least == self.most


@dataclass(frozen=True, slots=True)
class SenderLimits:
    """What one sender may hand over; None is no limit. Units: segments per second, segments per UTC day.

    `refused_to` are beginnings of destinations, without plus, that it may not write to."""

    mps: float | None = None
    daily_cap: int | None = None
    refused_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Personality:
    """Every key of a personality with its default: no limits, answers at once, all delivered soon."""

    mps: float | None = None
    mps_burst: int = 0
    daily_cap: int | None = None
    senders: Mapping[str, SenderLimits] = field(default_factory=dict)
    answer_seconds: Delay = Delay(0.0, 0.0)
    receipt_seconds: Delay = Delay(0.1, 0.1)
    early_receipts: float = 0.0
    lost_receipts: float = 0.0
    doubled_receipts: float = 0.0
    reordered_receipts: float = 0.0
    reorder_seconds: float = 1.0
    receipt_form: str = "text_and_tlvs"
    receipt_window: int = 500
    repeat_seconds: float = 5.0
    undelivered: Mapping[int, float] = field(default_factory=dict)
    landlines: float = 0.0
    landline_prefixes: tuple[str, ...] = ()
    filtered: float = 0.0
    filtered_words: tuple[str, ...] = ()
    filtered_patterns: tuple[re.Pattern[str], ...] = ()
    replies: float = 0.0
    reply_texts: tuple[str, ...] = ("Thanks!", "Who is this?", "OK", "STOP")
    reply_seconds: Delay = Delay(1.0, 1.0)
    clicks: float = 0.0
    previews: float = 0.0
    click_seconds: Delay = Delay(1.0, 1.0)
    click_hosts: tuple[str, ...] = ()

    @property
    def draws_fate(self) -> bool:
        """Whether what becomes of a message depends on chance."""
        return bool(self.undelivered or self.filtered or self.replies or self.clicks or self.previews)

    @property
    def delivers_all(self) -> bool:
        """Whether every message is delivered, and nobody replies or opens a link."""
        return not (
            self.draws_fate
            or self.landlines
            or self.landline_prefixes
            or self.filtered_words
            or self.filtered_patterns
        )

    @property
    def draws_times(self) -> bool:
        """Whether the course of answers and receipts depends on chance."""
        return not (self.answer_seconds.fixed and self.receipt_seconds.fixed) or bool(
            self.early_receipts or self.lost_receipts or self.doubled_receipts or self.reordered_receipts
        )

    @property
    def meters(self) -> bool:
        """Whether any sender has a limit."""
        return self.mps is not None or self.daily_cap is not None or bool(self.senders)

    def limits_of(self, sender: str) -> SenderLimits:
        """A sender's own limits, or everybody's. The same number with and without its plus is one sender."""
        own = self.senders.get(sender.removeprefix("+"))
        return own if own is not None else SenderLimits(self.mps, self.daily_cap)

    def takes(self, sender: str, destination: str) -> bool:
        """Whether this carrier lets the sender write to the destination at all."""
        own = self.senders.get(sender.removeprefix("+"))
        return own is None or not destination.removeprefix("+").startswith(own.refused_to)


@dataclass(frozen=True, slots=True)
class Faults:
    """A personality that was refused, with everything that is wrong with it."""

    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "; ".join(self.lines)


class _ValueRefusedError(ValueError):
    """One key's fault; caught by `parse_personality`."""


def read_personality(text: str) -> Personality | Faults:
    """A personality from YAML (JSON is YAML too). An empty text is the default personality."""
    try:
        raw = _decoded(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return Faults((f"not valid YAML or JSON: {' '.join(str(error).split())}",))
    return parse_personality({} if raw is None else raw)


def _decoded(text: str) -> object:
    """JSON's value first: YAML 1.1 takes JSON's 1e-05 for a text."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return yaml.safe_load(text)


def parse_personality(raw: object) -> Personality | Faults:
    """A personality from a mapping of keys; all faults are found, not just the first."""
    if not isinstance(raw, Mapping):
        return Faults((f"a personality is a mapping of keys to values, not {_kind(raw)}",))
    if len(raw) > MAX_KEYS:
        return Faults((f"a personality has at most {MAX_KEYS} keys",))
    lines: list[str] = []
    values: dict[str, Any] = {}
    for key, value in raw.items():
        reader = KEYS.get(key) if isinstance(key, str) else None
        if reader is None:
            lines.append(_unknown_key(key))
            continue
        try:
            values[key] = reader(value)
        except _ValueRefusedError as refusal:
            lines.append(f"{key}: {refusal}")
    undelivered = values.get("undelivered", {})
    if sum(undelivered.values()) > 1.0 + 1e-9:
        lines.append("undelivered: the shares add up to more than 1")
    if values.get("clicks", 0.0) + values.get("previews", 0.0) > 1.0 + 1e-9:
        lines.append("clicks: clicks and previews add up to more than 1")
    return Faults(tuple(lines)) if lines else Personality(**values)


def describe(personality: Personality) -> dict[str, Any]:
    """The same personality as plain values, every key present; `parse_personality` reads it back."""
    return {item.name: _plain(getattr(personality, item.name)) for item in fields(personality)}


def _plain(value: Any) -> Any:
    match value:
        case Delay():
            return value.least if value.fixed else [value.least, value.most]
        case SenderLimits():
            return {
                "mps": value.mps,
                "daily_cap": value.daily_cap,
                "refused_to": [f"+{beginning}" for beginning in value.refused_to],
            }
        case re.Pattern():
            return value.pattern
        case tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case _:
            return value


def _unknown_key(key: object) -> str:
    near = get_close_matches(key, KEYS, n=1) if isinstance(key, str) and len(key) < 40 else []
    return f"{shown(key)} is not a key" + (f"; did you mean {near[0]!r}?" if near else "")


def _kind(value: object) -> str:
    return "nothing" if value is None else type(value).__name__


def _number(value: object, *, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _ValueRefusedError(f"a number is wanted, not {_kind(value)}")
    if not least <= value <= most:
        raise _ValueRefusedError(f"{value} is not between {least:g} and {most:g}")
    return float(value)


def _share(value: object) -> float:
    return _number(value, least=0.0, most=1.0)


def _seconds(value: object) -> float:
    return _number(value, least=0.0, most=MAX_SECONDS)


def _repeat_seconds(value: object) -> float:
    return _number(value, least=0.05, most=MAX_SECONDS)


def _mps(value: object) -> float | None:
    if value is None:
        return None
    return _number(value, least=0.001, most=MAX_MPS)


def _whole_number(value: object, *, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _ValueRefusedError(f"a whole number is wanted, not {_kind(value)}")
    return int(_number(value, least=least, most=most))


def _burst(value: object) -> int:
    return _whole_number(value, least=0, most=1_000_000)


def _window(value: object) -> int:
    return _whole_number(value, least=1, most=100_000)


def _cap(value: object) -> int | None:
    return None if value is None else _whole_number(value, least=0, most=1_000_000_000)


def _delay(value: object) -> Delay:
    if not isinstance(value, list):
        seconds = _seconds(value)
        return Delay(seconds, seconds)
    if len(value) != 2:
        raise _ValueRefusedError("a range is two numbers, [least, most]")
    least, most = _seconds(value[0]), _seconds(value[1])
    if least > most:
        raise _ValueRefusedError(f"the range [{least:g}, {most:g}] runs backwards")
    return Delay(least, most)


def _one_of(*words: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in words:
            raise _ValueRefusedError(f"{shown(value)} is not one of {', '.join(words)}")
        return str(value)

    return read


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_ENTRIES:
        raise _ValueRefusedError(f"a list of at most {MAX_ENTRIES} texts is wanted")
    for item in value:
        if not isinstance(item, str) or not 0 < len(item) <= MAX_TEXT_CHARACTERS:
            raise _ValueRefusedError(f"{shown(item)} is not a text of 1 to {MAX_TEXT_CHARACTERS} characters")
    return tuple(value)


def _reply_texts(value: object) -> tuple[str, ...]:
    texts = _texts(value)
    if not texts:
        raise _ValueRefusedError("at least one text is wanted")
    return texts


def _prefixes(value: object) -> tuple[str, ...]:
    prefixes = _texts(value)
    for prefix in prefixes:
        if not re.fullmatch(r"\+?[0-9]{1,15}", prefix):
            raise _ValueRefusedError(f"{shown(prefix)} is not the beginning of a number, as +1555")
    return tuple(prefix.removeprefix("+") for prefix in prefixes)


def _patterns(value: object) -> tuple[re.Pattern[str], ...]:
    compiled = []
    for pattern in _texts(value):
        try:
            compiled.append(re.compile(pattern))
        except (re.error, OverflowError, RecursionError) as error:
            raise _ValueRefusedError(f"{shown(pattern)} is not a regular expression: {error}") from error
    return tuple(compiled)


def _words(value: object) -> tuple[str, ...]:
    return tuple(word.casefold() for word in _texts(value))


def _hosts(value: object) -> tuple[str, ...]:
    hosts = _texts(value)
    for host in hosts:
        if not re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", host):
            raise _ValueRefusedError(f"{shown(host)} is not a host name")
    return tuple(host.lower() for host in hosts)


def _undelivered(value: object) -> dict[int, float]:
    if not isinstance(value, Mapping):
        raise _ValueRefusedError("a mapping of error code to share is wanted, as {30003: 0.01}")
    shares = {}
    for code, share in value.items():
        number = int(code) if isinstance(code, str) and re.fullmatch(r"[0-9]{5}", code) else code
        if isinstance(number, bool) or number not in UNDELIVERED_CODES:
            raise _ValueRefusedError(f"{shown(code)} is not one of {', '.join(map(str, UNDELIVERED_CODES))}")
        shares[number] = _share(share)
    return shares


def _senders(value: object) -> dict[str, SenderLimits]:
    if not isinstance(value, Mapping) or len(value) > MAX_ENTRIES:
        raise _ValueRefusedError("a mapping of sender to limits is wanted, as {'55501': {mps: 100}}")
    senders = {}
    for sender, limits in value.items():
        if isinstance(sender, bool) or not isinstance(sender, str | int) or not str(sender):
            raise _ValueRefusedError(f"{shown(sender)} is not a sender")
        if not isinstance(limits, Mapping) or set(limits) - {"mps", "daily_cap", "refused_to"}:
            raise _ValueRefusedError(
                f"{shown(sender)}: limits are a mapping with mps, daily_cap and refused_to"
            )
        senders[str(sender).removeprefix("+")] = SenderLimits(
            _mps(limits.get("mps")),
            _cap(limits.get("daily_cap")),
            _prefixes(limits.get("refused_to", [])),
        )
    return senders


KEYS: Mapping[str, Callable[[object], Any]] = {
    "mps": _mps,
    "mps_burst": _burst,
    "daily_cap": _cap,
    "senders": _senders,
    "answer_seconds": _delay,
    "receipt_seconds": _delay,
    "early_receipts": _share,
    "lost_receipts": _share,
    "doubled_receipts": _share,
    "reordered_receipts": _share,
    "reorder_seconds": _seconds,
    "receipt_form": _one_of("text_and_tlvs", "text", "tlvs"),
    "receipt_window": _window,
    "repeat_seconds": _repeat_seconds,
    "undelivered": _undelivered,
    "landlines": _share,
    "landline_prefixes": _prefixes,
    "filtered": _share,
    "filtered_words": _words,
    "filtered_patterns": _patterns,
    "replies": _share,
    "reply_texts": _reply_texts,
    "reply_seconds": _delay,
    "clicks": _share,
    "previews": _share,
    "click_seconds": _delay,
    "click_hosts": _hosts,
}
"""The reader of each key. It raises a refusal in words that follow "key: "."""
