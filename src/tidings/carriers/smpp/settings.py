"""The settings of one SMPP connector, read once from a JSON-able mapping, all faults told at once."""

import ssl
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from enum import Enum

from tidings.carriers.smpp.pdu import BindMode
from tidings.carriers.smpp.receipt import IdForm
from tidings.carriers.smpp.text import LongText
from tidings.kernel.carrier_codes import ReceiptScheme


class Mode(Enum):
    """How the binds of a connector divide sending and receiving."""

    TRANSCEIVER = "transceiver"
    TRANSMITTER = "transmitter"
    RECEIVER = "receiver"
    PAIR = "transmitter+receiver"

    @property
    def binds(self) -> tuple[BindMode, ...]:
        """The bind or binds that one unit of `SmppSettings.binds` stands for."""
        return _BINDS[self]


_BINDS = {
    Mode.TRANSCEIVER: (BindMode.TRANSCEIVER,),
    Mode.TRANSMITTER: (BindMode.TRANSMITTER,),
    Mode.RECEIVER: (BindMode.RECEIVER,),
    Mode.PAIR: (BindMode.TRANSMITTER, BindMode.RECEIVER),
}


class SmppSettingsError(ValueError):
    """All that is wrong with a mapping, a line each. Never shows a value that may be secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmppSettings:
    """Whom to bind to and how. Times are in seconds; `window` is in submit_sm per bind."""

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    binds: int = 1
    mode: Mode = Mode.TRANSCEIVER
    window: int = 64
    connect_timeout: float = 10.0
    response_timeout: float = 30.0
    enquire_interval: float = 20.0
    close_timeout: float = 5.0
    reconnect_first: float = 0.5
    reconnect_most: float = 60.0
    throttle_first: float = 0.25
    throttle_most: float = 5.0
    receipts_held: int = 5_000
    long_text: LongText = LongText.UDH
    receipt_id_form: IdForm = IdForm.SAME
    receipt_scheme: ReceiptScheme = ReceiptScheme.GSM
    tls: bool = False
    tls_ca_file: str = ""
    tls_certificate_file: str = ""
    tls_key_file: str = ""

    @classmethod
    def parse(cls, given: Mapping[str, object]) -> "SmppSettings":
        """Settings from a mapping as JSON gives it. Raises SmppSettingsError with every fault."""
        faults = [f"{name}: no such setting" for name in given if name not in _KNOWN]
        read: dict[str, object] = {}
        for name, (kind, required) in _KNOWN.items():
            if name in given:
                try:
                    read[name] = _read(name, kind, given[name])
                except ValueError as fault:
                    faults.append(f"{name}: {fault}")
            elif required:
                faults.append(f"{name}: missing")
        if given.get("tls_key_file") and not given.get("tls_certificate_file"):
            faults.append("tls_certificate_file: needed beside tls_key_file")
        if faults:
            raise SmppSettingsError("\n".join(faults))
        return cls(**read)  # type: ignore[arg-type]  # each value was read as its field's type above

    def tls_context(self) -> ssl.SSLContext | None:
        """The TLS context these settings ask for: the peer's name is always checked. None without TLS."""
        if not self.tls:
            return None
        context = ssl.create_default_context(cafile=self.tls_ca_file or None)
        if self.tls_certificate_file:
            context.load_cert_chain(self.tls_certificate_file, self.tls_key_file or None)
        return context


_LONGEST = {"system_id": 64, "password": 64, "system_type": 64, "host": 255}
_AT_MOST = {"port": 65_535, "binds": 64, "window": 10_000, "receipts_held": 1_000_000}
_KNOWN = {entry.name: (entry.type, entry.default is MISSING) for entry in fields(SmppSettings)}


def _read(name: str, kind: object, value: object) -> object:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _read_word(kind, value)
    if kind is bool:
        if not isinstance(value, bool):
            raise ValueError("must be true or false")
        return value
    if kind is int:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _AT_MOST[name]:
            raise ValueError(f"must be a whole number from 1 to {_AT_MOST[name]}")
        return value
    if kind is float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 86_400:
            raise ValueError("must be a number of seconds above 0, at most 86400")
        return float(value)
    longest = _LONGEST.get(name, 4_096)
    if not isinstance(value, str) or len(value) > longest or "\0" in value:
        raise ValueError(f"must be a text of at most {longest} characters without NUL")
    if name in ("host", "system_id") and not value:
        raise ValueError("must not be empty")
    if name in ("system_id", "password", "system_type") and not value.isascii():
        raise ValueError("must be ASCII")
    return value


def _read_word(kind: type[Enum], value: object) -> Enum:
    words = {str(member.value).removeprefix("receipt_error_"): member for member in kind}
    if not isinstance(value, str) or value not in words:
        raise ValueError("must be one of " + ", ".join(words))
    return words[value]
