"""What a carrier's answer to a submit, or its delivery receipt, means in the error catalogue.

The table is `data/carrier_codes.csv`. The numbers in a receipt's `err` field belong to whoever runs the SMSC,
so a connection says which scheme it speaks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from tidings.data import tables
from tidings.kernel.codes import CODES, UNKNOWN_ERROR, Code


class Verdict(Enum):
    SUCCESS = "success"
    PENDING = "pending"
    """Not decided yet: another receipt follows."""
    TRANSIENT = "transient"
    PERMANENT = "permanent"


class ReceiptScheme(Enum):
    """Whose numbers stand in the `err` field of receipts."""

    GSM = "receipt_error_gsm"
    """Errors of the mobile application part: what most SMSCs pass on."""
    TWILIO = "receipt_error_twilio"
    VONAGE = "receipt_error_vonage"
    BIRD = "receipt_error_bird"


@dataclass(frozen=True, slots=True)
class CarrierCode:
    name: str
    """The name in the specification, such as `ESME_RTHROTTLED`; empty where it has none."""
    meaning: str
    verdict: Verdict
    code: Code | None
    """The code of a message that ends with this; None for success, for pending, for what ends no message."""


def _read() -> Mapping[str, Mapping[str, CarrierCode]]:
    schemes: dict[str, dict[str, CarrierCode]] = {}
    for row in tables.rows("carrier_codes.csv"):
        schemes.setdefault(row["scheme"], {})[row["code"]] = CarrierCode(
            name=row["name"],
            meaning=row["meaning"],
            verdict=Verdict(row["outcome"]),
            code=CODES[int(row["error_code"])] if row["error_code"] else None,
        )
    return MappingProxyType(schemes)


_SCHEMES = _read()

SMPP_STATUSES: Mapping[int, CarrierCode] = MappingProxyType(
    {int(status, 16): meaning for status, meaning in _SCHEMES["smpp_status"].items()}
)
RECEIPT_STATES: Mapping[str, CarrierCode] = MappingProxyType(_SCHEMES["receipt_state"])

_UNKNOWN_STATUS = CarrierCode("", "status that no specification names", Verdict.TRANSIENT, UNKNOWN_ERROR)
_VENDOR_STATUS = CarrierCode("", "status reserved for the SMSC's vendor", Verdict.TRANSIENT, UNKNOWN_ERROR)
_VENDOR_RANGE = range(0x400, 0x500)


def of_smpp_status(command_status: int) -> CarrierCode:
    """What a response's command_status means; one that nobody knows is a transient unknown error."""
    unlisted = _VENDOR_STATUS if command_status in _VENDOR_RANGE else _UNKNOWN_STATUS
    return SMPP_STATUSES.get(command_status, unlisted)


def of_receipt(stat: str, err: str | None, *, scheme: ReceiptScheme = ReceiptScheme.GSM) -> CarrierCode:
    """What a receipt says, from its `stat` and `err` fields.

    A failure is told by `err` where the scheme knows it, else by `stat`. Delivered is delivered, whatever
    `err` holds. A `stat` that nobody knows counts as UNKNOWN."""
    state = RECEIPT_STATES.get(stat.strip().upper(), RECEIPT_STATES["UNKNOWN"])
    if state.verdict in (Verdict.SUCCESS, Verdict.PENDING) or err is None:
        return state
    error = _SCHEMES[scheme.value].get(err.strip().lstrip("0") or "0")
    return state if error is None or error.verdict is Verdict.SUCCESS else error
