"""A carrier as its file declares it: requests written, answers read, receipts and messages from people heard."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, quote

import msgspec
import structlog

from tidings.carriers.connector import (
    Handover,
    Inbound,
    Outcome,
    Receipt,
    ReceiptState,
    Rejected,
    Taken,
    Throttled,
    Unknown,
    Unreachable,
)
from tidings.carriers.door import Finding, Forged, Heard, Knock, NotOffered, Unreadable
from tidings.carriers.http.dialect import Answer, Call
from tidings.carriers.http.meanings import UNLISTED, Meaning, Refusal, Said, status_meaning
from tidings.carriers.http.proofs import Proof
from tidings.carriers.http.spec import Answers, Ear, InboundSpec, ReceiptsSpec, Spec
from tidings.carriers.http.words import Hole, Template
from tidings.kernel.codes import UNKNOWN_ERROR

log = structlog.get_logger(__name__)

Values = Mapping[str, str]

FIRST_WAIT_SECONDS = 1.0
"""How long a carrier is given that says "too fast" without saying for how long."""
LONGEST_WAIT_SECONDS = 300.0
LONGEST_REASON_CHARACTERS = 200
LONGEST_ID_CHARACTERS = 255


class DeclaredDialect:
    """Implements `tidings.carriers.http.dialect.Dialect`. `values` are the settings and our own addresses."""

    def __init__(self, name: str, spec: Spec, values: Values) -> None:
        self._name = name
        self._spec = spec
        self._values = values
        request = spec.request
        self._basic: dict[str, str] = {}
        if request.basic is not None:
            user, password = (template.fill(values) for template in request.basic)
            self._basic = {
                "Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode('ascii')}"
            }

    def write(self, messages: Sequence[Handover], *, now: float) -> Call:
        filled = [_values_of(message, now) for message in messages]
        one = {**self._values, **(filled[0] if len(filled) == 1 else {})}
        request = self._spec.request
        headers = {name: template.fill(one) for name, template in request.headers.items()}
        usual = {"Content-Type": request.body.content_type, "Accept": "application/json"}
        return Call(self.address_of(one), usual | self._basic | headers, request.body.fill(one, filled))

    def address_of(self, message: Values) -> str:
        """The URL for a message's values. A setting that begins it is an address; everything else that is put into it
        is quoted."""
        values = {**self._values, **message}
        pieces = self._spec.request.url.pieces
        beginning, rest = Template(pieces[:1]), Template(pieces[1:])
        address = beginning.fill(values)
        if rest.pieces and isinstance(pieces[0], Hole):
            address = address.rstrip("/")
        return address + rest.fill(values, quote=_quoted)

    def read(self, messages: Sequence[Handover], answer: Answer) -> Sequence[Outcome]:
        answers = self._spec.answer
        meaning = status_meaning(answer.status, answers.statuses)
        document = _json(answer.body)
        if meaning is not Said.BY_ERROR:
            return [self._outcome(meaning, message, [document], answer) for message in messages]
        if answer.status >= 300 or answers.per_message is None:
            return [self._of_message(message, document, answer) for message in messages]
        entries = answers.per_message.walk(document)
        if not isinstance(entries, list) or len(entries) != len(messages):
            return [Unknown("the answer does not tell each message's own")] * len(messages)
        return [
            self._of_message(message, entry, answer) for message, entry in zip(messages, entries, strict=True)
        ]

    def _of_message(self, message: Handover, entry: object, answer: Answer) -> Outcome:
        """Of a message that went out in parts the first part decides, and any trouble with a later one is a doubt."""
        answers = self._spec.answer
        parts = [entry] if answers.parts is None or answer.status >= 300 else answers.parts.walk(entry)
        if not isinstance(parts, list) or not parts:
            return Unknown("the answer does not tell of the message")
        meanings = [_meaning_of(answers, part, answer.status) for part in parts]
        if meanings[0] is Said.TAKEN and any(meaning is not Said.TAKEN for meaning in meanings):
            return Unknown("a later part was not taken")
        return self._outcome(meanings[0], message, parts, answer)

    def _outcome(self, meaning: Meaning, message: Handover, parts: list[object], answer: Answer) -> Outcome:
        match meaning:
            case Said.TAKEN:
                return self._taken(message, parts)
            case Said.THROTTLED:
                return Throttled(wait_of(answer.headers.get(self._spec.answer.retry_after)))
            case Said.UNAVAILABLE:
                return Unreachable(self._reason(answer, parts[0]))
            case Refusal(code, lasting):
                return Rejected(code, lasting, self._reason(answer, parts[0]))
            case _:
                return Unknown(self._reason(answer, parts[0]))

    def _taken(self, message: Handover, parts: list[object]) -> Outcome:
        if not self._spec.answer.id.paths:
            return Taken((message.id.hex,), self._name)  # receipts name what we called it
        ids = [self._spec.answer.id.text(part) for part in parts]
        if not all(id and len(id) <= LONGEST_ID_CHARACTERS for id in ids):
            return Unknown("the answer says that it was taken, and names no id")
        return Taken(tuple(str(id) for id in ids), self._name)

    def _reason(self, answer: Answer, part: object) -> str:
        answers = self._spec.answer
        told = [answers.error.text(part), answers.reason.text(part)]
        words = [f"answered {answer.status}", *(word for word in told if word)]
        return ": ".join(words)[:LONGEST_REASON_CHARACTERS]


class DeclaredDoor:
    """Implements `tidings.carriers.door.Door`. Raises SpecFaults when a setting makes no proof."""

    def __init__(self, name: str, spec: Spec, values: Values, *, public_url: str | None) -> None:
        self._name = name
        self._receipts = _Hearer(spec.receipts.ear, values) if spec.receipts else None
        self._inbound = _Hearer(spec.inbound.ear, values) if spec.inbound else None
        self._spec = spec
        self.public_url = public_url

    def receipts(self, knock: Knock, *, now: datetime) -> Finding:
        spec = self._spec.receipts
        if spec is None or self._receipts is None:
            return NotOffered()
        items = self._receipts.items(knock, now=now.timestamp())
        if not isinstance(items, list):
            return items
        found = [_receipt(self._name, spec, item, now) for item in items]
        receipts = tuple(receipt for receipt in found if receipt is not None)
        return Heard(spec.ear.reply, receipts=receipts, passed_over=len(found) - len(receipts))

    def inbound(self, knock: Knock, *, now: datetime) -> Finding:
        spec = self._spec.inbound
        if spec is None or self._inbound is None:
            return NotOffered()
        items = self._inbound.items(knock, now=now.timestamp())
        if not isinstance(items, list):
            return items
        found = [_message(self._name, spec, item, now) for item in items]
        messages = tuple(message for message in found if message is not None)
        return Heard(spec.ear.reply, inbound=messages, passed_over=len(found) - len(messages))


@dataclass(slots=True)
class _Hearer:
    """One of the doors: proves, reads, and picks the items that are meant."""

    ear: Ear
    proof: Proof

    def __init__(self, ear: Ear, values: Values) -> None:
        self.ear = ear
        self.proof = ear.proof(values)

    def items(self, knock: Knock, *, now: float) -> list[object] | Forged | Unreadable:
        # A request that is read from its query has nothing else that its signature could cover.
        reason = self.proof.verify(knock, now=now)
        if reason is not None:
            return Forged(reason)
        document = self._document(knock)
        if document is None:
            return Unreadable(f"its {self.ear.form} cannot be read")
        items = [document] if self.ear.items is None else self.ear.items.walk(document)
        if not isinstance(items, list):
            return Unreadable("it has no list of items")
        return [item for item in items if all(only.place.text(item) in only.values for only in self.ear.only)]

    def _document(self, knock: Knock) -> object:
        if self.ear.form == "json":
            return _json(knock.body)
        encoded = knock.query if self.ear.form == "query" else knock.body
        try:
            return dict(parse_qsl(encoded.decode(), keep_blank_values=True, errors="strict"))
        except ValueError:
            return None


def _values_of(message: Handover, now: float) -> Values:
    return {
        "from": message.source,
        "to": message.destination,
        "text": message.text,
        "id": message.id.hex,
        "encoding": message.encoding.value,
        "segments": str(message.segments),
        "seconds_left": str(max(1, int(message.expires_at - now))),
    }


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _meaning_of(answers: Answers, part: object, status: int) -> Meaning:
    """By its error code; without one, by whether the status is a success."""
    error = answers.error.text(part)
    if error is not None and error in answers.errors:
        meaning = answers.errors[error]
        return Said.UNKNOWN if meaning is Said.BY_ERROR else meaning
    if error is None and status < 300:
        return Said.TAKEN
    if answers.unlisted is not None:
        return answers.unlisted
    # An error that nobody listed in an answer that went well may be a warning about a message that was taken.
    return UNLISTED if status >= 400 else Said.UNKNOWN


def _receipt(carrier: str, spec: ReceiptsSpec, item: object, now: datetime) -> Receipt | None:
    provider_id = spec.id.text(item)
    said = spec.state.text(item)
    if not provider_id or len(provider_id) > LONGEST_ID_CHARACTERS or said is None:
        return None
    state = spec.states.get(said, spec.states.get(said.lower()))
    if state is None:
        log.warning("a receipt's state is in no table and says nothing", carrier=carrier, state=said[:40])
        state = ReceiptState.PENDING
    code = None
    if state is ReceiptState.UNDELIVERED:
        code = spec.errors.get(spec.error.text(item) or "", UNKNOWN_ERROR.number)
    return Receipt(carrier, provider_id, state, code, now, spec.done_date.text(item))


def _message(carrier: str, spec: InboundSpec, item: object, now: datetime) -> Inbound | None:
    source, destination = spec.source.text(item), spec.destination.text(item)
    text, id = spec.text.text(item), spec.id.text(item)
    if not source or not destination or text is None or len(id or "") > LONGEST_ID_CHARACTERS:
        return None
    parts = spec.parts.text(item) or ""
    return Inbound(
        carrier,
        source,
        destination,
        text,
        now,
        int(parts) if parts.isdecimal() and 1 <= int(parts) <= 255 else 1,
        provider_id=id,
    )


def wait_of(retry_after: str | None) -> float:
    """Seconds from a Retry-After header; a date in it, or nothing, is taken as a second."""
    try:
        wait = float(retry_after or "")
    except ValueError:
        return FIRST_WAIT_SECONDS
    return min(LONGEST_WAIT_SECONDS, wait) if wait > 0 else FIRST_WAIT_SECONDS


def _json(body: bytes) -> object:
    """None for what is no JSON; people's input may be nested deeper than any reader goes."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None
