"""Calls that were placed, as Twilio's Calls API takes them: nobody is rung, what would be said is kept for testers."""

import re
from collections import deque
from collections.abc import Mapping
from uuid import uuid4

import msgspec

from tidings.carriers.simulator.magic import Answering, magic_of

MOST_KEPT = 10_000
_SAY = re.compile(r"<Say[^>]*>(.*?)</Say>", re.DOTALL)


class Call(msgspec.Struct, frozen=True):
    """`text` is what is said once, the rest of the TwiML left out."""

    at: float
    sid: str
    source: str
    destination: str
    text: str
    twiml: str


class BadCall(msgspec.Struct, frozen=True):
    code: int
    why: str


class Calls:
    """The last ten thousand."""

    def __init__(self) -> None:
        self.kept: deque[Call] = deque(maxlen=MOST_KEPT)

    def place(self, form: Mapping[str, str], *, at: float) -> Call | BadCall:
        to, twiml = form.get("To", ""), form.get("Twiml", "")
        magic = magic_of(to)
        barred = magic is not None and magic.answering is Answering.BAD_DESTINATION
        if not to.removeprefix("+").isdecimal() or barred:
            return BadCall(21211, "The 'To' number is not valid.")
        said = _SAY.findall(twiml)
        if not said:
            return BadCall(12100, "The TwiML says nothing.")
        call = Call(at, f"CA{uuid4().hex}", form.get("From", ""), to, said[0], twiml)
        self.kept.append(call)
        return call
