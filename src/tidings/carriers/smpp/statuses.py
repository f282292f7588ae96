"""What a carrier's refusal or receipt means for a message: `kernel.carrier_codes` as outcomes."""

from functools import lru_cache

from tidings.carriers.connector import ReceiptState, Rejected
from tidings.carriers.smpp.receipt import Report
from tidings.kernel.carrier_codes import ReceiptScheme, Verdict, of_receipt, of_smpp_status
from tidings.kernel.codes import UNKNOWN_ERROR

CANNOT_BE_SENT = UNKNOWN_ERROR.number
_NETWORK_GSM = 3
"""The first octet of network_error_code, SMPP 3.4 §5.3.2.31."""


def refusal(status: int) -> Rejected:
    """A submit_sm that was refused with a command_status, in one sentence an operator can look up."""
    known = of_smpp_status(status)
    code = known.code or UNKNOWN_ERROR
    name = f" {known.name}" if known.name else ""
    return Rejected(
        code.number, known.verdict is Verdict.PERMANENT, f"refused with {status:#x}{name}: {known.meaning}"
    )


def verdict(report: Report, scheme: ReceiptScheme) -> tuple[ReceiptState, int | None]:
    """The state, and Twilio's code when undelivered. A receipt of neither state nor error is no news."""
    if report.network_type == _NETWORK_GSM:
        scheme = ReceiptScheme.GSM
    return _verdict(report.stat, report.error, scheme)


@lru_cache(maxsize=1_024)
def _verdict(stat: str, error: str, scheme: ReceiptScheme) -> tuple[ReceiptState, int | None]:
    if not stat and not error.strip("0"):
        return ReceiptState.PENDING, None
    known = of_receipt(stat, error or None, scheme=scheme)
    if known.verdict is Verdict.SUCCESS:
        return ReceiptState.DELIVERED, None
    if known.verdict is Verdict.PENDING:
        return ReceiptState.PENDING, None
    return ReceiptState.UNDELIVERED, (known.code or UNKNOWN_ERROR).number
