"""What a carrier's words mean for a message: its statuses and error codes as outcomes, states and Twilio's codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from tidings.carriers.connector import ReceiptState
from tidings.kernel.codes import CODES, UNKNOWN_ERROR, Lasting


class Said(Enum):
    """What an answer to a request says of a message, where it is no refusal."""

    TAKEN = "taken"
    THROTTLED = "throttled"
    UNKNOWN = "unknown"
    """It may or may not have been taken."""
    UNAVAILABLE = "unavailable"
    """It surely was not taken, nor will others be for now: wrong credentials, an account that is closed."""
    BY_ERROR = "by_error"
    """Its error code says it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Refused, with Twilio's code; `lasting` when trying again would not help."""

    code: int
    lasting: bool

    @classmethod
    def of(cls, number: int) -> "Refusal":
        """As the catalogue has it: what is not transient lasts."""
        return cls(number, CODES[number].lasting is not Lasting.TRANSIENT)


Meaning = Said | Refusal

UNLISTED = Refusal(UNKNOWN_ERROR.number, lasting=True)
"""A refusal that no table names: it was read and turned down, and would be again."""

USUAL_STATUSES: Mapping[str, Meaning] = {
    "2xx": Said.BY_ERROR,
    "3xx": Said.UNAVAILABLE,
    "401": Said.UNAVAILABLE,
    "403": Said.UNAVAILABLE,
    "404": Said.UNAVAILABLE,
    "408": Said.UNKNOWN,
    "429": Said.THROTTLED,
    "4xx": Said.BY_ERROR,
    "5xx": Said.UNKNOWN,
}
"""What an HTTP status means where a file does not say otherwise."""

_WORDS = {said.value: said for said in Said}


def read_meaning(given: object) -> Meaning:
    """From a file: a word, a code of Twilio's, or `{code: 30007, lasting: true}`. Raises ValueError."""
    if isinstance(given, str) and given in _WORDS:
        return _WORDS[given]
    if isinstance(given, int) and not isinstance(given, bool):
        return Refusal.of(read_code(given))
    if isinstance(given, dict) and set(given) == {"code", "lasting"} and isinstance(given["lasting"], bool):
        return Refusal(read_code(given["code"]), given["lasting"])
    raise ValueError(
        f"must be one of {', '.join(_WORDS)}, a code of Twilio's, or {{code: ..., lasting: true or false}}"
    )


def read_code(given: object) -> int:
    """A code of the catalogue. Raises ValueError."""
    if not isinstance(given, int) or isinstance(given, bool) or given not in CODES:
        raise ValueError("must be a code of docs/reference/errors.md")
    return given


def read_state(given: object) -> ReceiptState:
    """Raises ValueError."""
    states = {state.value: state for state in ReceiptState}
    if not isinstance(given, str) or given not in states:
        raise ValueError(f"must be one of {', '.join(states)}")
    return states[given]


def status_meaning(status: int, statuses: Mapping[str, Meaning]) -> Meaning:
    """By the status itself, else by its class; a file's own rows go before the usual ones."""
    for table in (statuses, USUAL_STATUSES):
        for key in (str(status), f"{status // 100}xx"):
            if key in table:
                return table[key]
    return Said.UNKNOWN
