"""A carrier's file, read and checked: everything that is declared of a carrier that speaks HTTP."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tidings.carriers.connector import ReceiptState
from tidings.carriers.door import Reply
from tidings.carriers.http.connector import Manners
from tidings.carriers.http.meanings import Meaning, read_code, read_meaning, read_state
from tidings.carriers.http.proofs import (
    WINDOW_SECONDS,
    Ed25519,
    HmacOfBody,
    Jwt,
    PlivoV3,
    Proof,
    Token,
    TwilioSignature,
)
from tidings.carriers.http.reading import Section, load
from tidings.carriers.http.shape import Body, ShapeReader, names_in
from tidings.carriers.http.words import Path, Places, Template

OF_MESSAGE = ("from", "to", "text", "id", "encoding", "segments", "seconds_left")
"""What a message gives to a request: `id` is 32 hex digits, `encoding` GSM-7 or UCS-2."""
OF_US = ("receipts_url", "inbound_url")
FORMS = {"json": "json", "form": "form", "query": "query"}
METHODS = {"POST": "POST"}
_STATUS = re.compile(r"[1-5]([0-9]{2}|xx)", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
UNSAFE = re.compile(r"[\x00-\x1f\x7f]")
_SETTING = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)


class SpecFaults(ValueError):  # noqa: N818 - it names what it holds
    """All that is wrong with a carrier's file, a line each, by field."""


@dataclass(frozen=True, slots=True)
class Need:
    """A setting that a carrier of this file must have. A secret is never shown."""

    name: str
    help: str
    secret: bool
    default: str | None


@dataclass(frozen=True, slots=True)
class Call:
    url: Template
    headers: Mapping[str, Template]
    basic: tuple[Template, Template] | None
    body: Body

    @property
    def names(self) -> frozenset[str]:
        """What it has holes for, in its URL and its body."""
        return self.url.names | names_in(self.body.shape)


@dataclass(frozen=True, slots=True)
class Answers:
    """How an answer is read. `per_message` leads to a list in the order of the request, `parts` to a list with an entry
    for each part of a message; `id` and `error` are looked for in such an entry."""

    statuses: Mapping[str, Meaning]
    errors: Mapping[str, Meaning]
    unlisted: Meaning | None
    per_message: Path | None
    parts: Path | None
    id: Places
    error: Places
    reason: Places
    retry_after: str


@dataclass(frozen=True, slots=True)
class Only:
    """Which items are meant: those whose value at a place is one of some. The rest is answered and passed over."""

    place: Path
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ear:
    """What receipts and messages from people have in common: their form, their proof, and the reply."""

    form: str
    proof: "Callable[[Values], Proof]"
    items: Path | None
    only: tuple[Only, ...]
    reply: Reply


@dataclass(frozen=True, slots=True)
class ReceiptsSpec:
    ear: Ear
    id: Places
    state: Places
    states: Mapping[str, ReceiptState]
    error: Places
    errors: Mapping[str, int]
    done_date: Places


@dataclass(frozen=True, slots=True)
class InboundSpec:
    ear: Ear
    id: Places
    source: Path
    destination: Path
    text: Places
    parts: Places


Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Spec:
    carrier: str
    needs: tuple[Need, ...]
    calls: Manners
    request: Call
    answer: Answers
    receipts: ReceiptsSpec | None
    inbound: InboundSpec | None

    @classmethod
    def parse(cls, text: str) -> "Spec":
        """From the text of a YAML file. Raises SpecFaults with every fault."""
        faults: list[str] = []
        try:
            given = load(text)
        except ValueError as error:
            raise SpecFaults(str(error)) from None
        spec = _spec(Section(given if given is not None else {}, "", faults))
        if faults:
            raise SpecFaults("\n".join(faults))
        return spec


def _spec(top: Section) -> Spec:
    carrier = top.text("carrier", required=True)
    needs = _needs(top)
    settings = tuple(f"settings.{need.name}" for need in needs)
    calls = _calls(top.section("calls"))
    spec = Spec(
        carrier=carrier,
        needs=needs,
        calls=calls,
        request=_request(top.section("request", required=True), settings, many=calls.most_per_request > 1),
        answer=_answers(top.section("answer", required=True), many=calls.most_per_request > 1),
        receipts=_receipts(top.section("receipts"), settings) if "receipts" in top else None,
        inbound=_inbound(top.section("inbound"), settings) if "inbound" in top else None,
    )
    top.end()
    return spec


def _needs(top: Section) -> tuple[Need, ...]:
    section = top.section("settings")
    needs = []
    for name in section.keys():  # noqa: SIM118  # a section is no mapping
        entry = section.section(name)
        if not _SETTING.fullmatch(name):
            section.fault(name, "a setting's name has small letters, digits and _ alone")
        default = entry.text("default") or None
        need = Need(name, entry.text("help"), entry.switch("secret", default=False), default)
        if need.secret and default is not None:
            entry.fault("default", "a secret has none")
        entry.end()
        needs.append(need)
    return tuple(needs)


def _calls(section: Section) -> Manners:
    usual = Manners()
    manners = Manners(
        window=section.whole("window", usual.window, least=1, most=1_000),
        most_per_request=section.whole("most_per_request", 1, least=1, most=1_000),
        linger=section.number("linger_seconds", usual.linger, least=0.001, most=5),
        timeout=section.number("timeout_seconds", usual.timeout, least=0.1, most=600),
        connect_timeout=section.number("connect_timeout_seconds", usual.connect_timeout, least=0.1, most=60),
        retry_first=section.number("retry_first_seconds", usual.retry_first, least=0.01, most=60),
        retry_most=section.number("retry_most_seconds", usual.retry_most, least=0.01, most=3_600),
    )
    section.end()
    return manners


def _request(section: Section, settings: tuple[str, ...], *, many: bool) -> Call:
    section.word("method", METHODS, "POST")
    common = (*settings, *OF_US)
    url = section.template("url", [*common, *(() if many else OF_MESSAGE)], required=True)
    first = url.pieces[0] if url is not None and url.pieces else ""
    if (
        url is not None
        and not str(first).startswith(("https://", "http://"))
        and "settings." not in str(first)
    ):
        section.fault("url", "must begin with https://, or with a setting that does")
    headers: dict[str, Template] = {}
    drawn = section.section("headers")
    for name in drawn.keys():  # noqa: SIM118  # a section is no mapping
        value = drawn.template(name, [*settings, *(() if many else ("id",))])
        if not _TOKEN.fullmatch(name) or (value is not None and UNSAFE.search(str(value.pieces))):
            drawn.fault(name, "is no header")
        elif value is not None:
            headers[name] = value
    basic = None
    if "basic_auth" in section:
        pair = section.section("basic_auth")
        user, password = (pair.template(key, settings, required=True) for key in ("user", "password"))
        pair.end()
        if user is not None and password is not None:
            basic = (user, password)
    body = ShapeReader(section, common=common, of_message=OF_MESSAGE, many=many).body()
    section.end()
    return Call(url or Template(()), headers, basic, body)


def _answers(section: Section, *, many: bool) -> Answers:
    statuses = section.table("statuses", read_meaning)
    for status in statuses:
        if not _STATUS.fullmatch(status):
            section.fault(f"statuses.{status}", "must be a status such as 429, or a class such as 4xx")
    unlisted = None
    if "unlisted_errors" in section:
        try:
            unlisted = read_meaning(section.raw("unlisted_errors"))
        except ValueError as fault:
            section.fault("unlisted_errors", str(fault))
    per_message = section.path("per_message")
    if many and per_message is None:
        section.fault("per_message", "missing: a request with many messages has a list of answers")
    if not many and per_message is not None:
        section.fault("per_message", "is for requests of many messages: set calls.most_per_request")
    answers = Answers(
        statuses=statuses,
        errors=section.table("errors", read_meaning),
        unlisted=unlisted,
        per_message=per_message,
        parts=section.path("parts"),
        id=section.places("id"),
        error=section.places("error"),
        reason=section.places("reason"),
        retry_after=section.text("retry_after_header", "retry-after").lower(),
    )
    if answers.errors and not answers.error.paths:
        section.fault("error", "missing: where does an answer hold its error code?")
    section.end()
    return answers


def _ear(section: Section, settings: tuple[str, ...]) -> Ear:
    form = section.word("body", FORMS, "json")
    items = section.path("items")
    only = []
    given = section.section("only")
    for place in given.keys():  # noqa: SIM118  # a section is no mapping
        values = given.raw(place)
        texts = values if isinstance(values, list) else [values]
        if not texts or not all(isinstance(text, (str, int)) for text in texts):
            given.fault(place, "must be a value, or a list of values")
            continue
        only.append(Only(Path(tuple(place.split("."))), frozenset(str(text) for text in texts)))
    proof = _proof(section.section("signature", required=True), settings, form)
    return Ear(form, proof, items, tuple(only), _reply(section.section("reply")))


def _reply(section: Section) -> Reply:
    reply = Reply(
        section.whole("status", 200, least=200, most=299),
        section.text("body").encode(),
        section.text("content_type", "text/plain"),
    )
    section.end()
    if not reply.body:
        return replace(reply, content_type="")
    if reply.status == 204:
        section.fault("body", "a 204 has none")
    return reply


def _receipts(section: Section, settings: tuple[str, ...]) -> ReceiptsSpec:
    spec = ReceiptsSpec(
        ear=_ear(section, settings),
        id=section.places("id", required=True),
        state=section.places("state", required=True),
        states=section.table("states", read_state),
        error=section.places("error"),
        errors=section.table("errors", read_code),
        done_date=section.places("done_date"),
    )
    if not spec.states:
        section.fault("states", "missing: which of the carrier's states are delivered, which undelivered?")
    section.end()
    return spec


def _inbound(section: Section, settings: tuple[str, ...]) -> InboundSpec:
    nowhere = Path(("",))
    spec = InboundSpec(
        ear=_ear(section, settings),
        id=section.places("id", required=True),
        source=section.path("from") or nowhere,
        destination=section.path("to") or nowhere,
        text=section.places("text", required=True),
        parts=section.places("parts"),
    )
    for key, path in (("from", spec.source), ("to", spec.destination)):
        if path is nowhere:
            section.fault(key, "missing")
    section.end()
    return spec


# --- proofs ---------------------------------------------------------------------------------------------


def _proof(section: Section, settings: tuple[str, ...], form: str) -> Callable[[Values], Proof]:
    scheme = section.word("scheme", _SCHEMES, "token") if "scheme" in section else None
    if scheme is None:
        section.fault("scheme", f"missing: one of {', '.join(_SCHEMES)}")
        return lambda _: Token("")
    if form not in _PROVES.get(str(section.raw("scheme")), _ANY):
        section.fault(
            "scheme", f"does not cover a body of the kind {form}: anybody could change what it says"
        )
    made = scheme(section, settings)
    section.end()
    return made


def _header(section: Section, key: str, usual: str | None = None) -> str:
    name = section.text(key, usual, required=usual is None)
    if name and not _TOKEN.fullmatch(name):
        section.fault(key, "is no name of a header")
    return name.lower()


def _secret(section: Section, settings: tuple[str, ...], key: str = "secret") -> Callable[[Values], str]:
    template = section.template(key, settings, required=True)
    if template is not None and not template.names:
        section.fault(key, "must come from the settings, as {settings.name}: a file is no place for a secret")

    def fill(values: Values) -> str:
        filled = "" if template is None else template.fill(values)
        if not filled:
            raise SpecFaults(f"{section.where}.{key}: empty, so that anybody could sign")
        return filled

    return fill


def _window(section: Section) -> float:
    return section.number("window_seconds", WINDOW_SECONDS, least=1, most=86_400)


def _hmac(section: Section, settings: tuple[str, ...]) -> Callable[[Values], Proof]:
    secret, header = _secret(section, settings), _header(section, "header")
    encoding = section.word("encoding", {"hex": "hex", "base64": "base64"}, "hex")
    prefix = section.text("prefix")
    timestamp = _header(section, "timestamp_header") if "timestamp_header" in section else None
    between = section.text("between", ".")
    window = _window(section)
    return lambda values: HmacOfBody(header, secret(values), encoding, prefix, timestamp, between, window)


def _ed25519(section: Section, settings: tuple[str, ...]) -> Callable[[Values], Proof]:
    key = _secret(section, settings, "public_key")
    header, timestamp = _header(section, "header"), _header(section, "timestamp_header")
    between, window = section.text("between", "|"), _window(section)
    return lambda values: Ed25519(header, timestamp, _public_key(key(values)), between, window)


def _public_key(text: str) -> bytes:
    try:
        key = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        key = b""
    if len(key) != 32:
        raise SpecFaults("the Ed25519 public key must be 32 bytes in base64")
    return key


def _jwt(section: Section, settings: tuple[str, ...]) -> Callable[[Values], Proof]:
    secret = _secret(section, settings)
    header, claim = _header(section, "header", "authorization"), section.text("body_claim", "payload_hash")
    drawn = section.section("claims")
    claims = {name: drawn.template(name, settings) for name in drawn.keys()}  # noqa: SIM118  # no mapping
    window = _window(section)
    return lambda values: Jwt(
        secret(values),
        header,
        claim,
        {name: template.fill(values) for name, template in claims.items() if template is not None},
        window,
    )


def _plivo(section: Section, settings: tuple[str, ...]) -> Callable[[Values], Proof]:
    secret = _secret(section, settings)
    return lambda values: PlivoV3(secret(values))


def _twilio(section: Section, settings: tuple[str, ...]) -> Callable[[Values], Proof]:
    secret = _secret(section, settings)
    header = _header(section, "header", "x-twilio-signature")
    return lambda values: TwilioSignature(secret(values), header)


def _token(section: Section, settings: tuple[str, ...]) -> Callable[[Values], Proof]:
    secret = _secret(section, settings)
    header = _header(section, "header") if "header" in section else None
    parameter = section.text("parameter") or None
    if (header is None) == (parameter is None):
        section.fault("header", "a token stands either in a header or in a parameter of the query")
    return lambda values: Token(secret(values), header, parameter)


_SCHEMES: Mapping[str, Callable[[Section, tuple[str, ...]], Callable[[Values], Proof]]] = {
    "hmac-sha256": _hmac,
    "ed25519": _ed25519,
    "jwt-hs256": _jwt,
    "plivo-v3": _plivo,
    "twilio": _twilio,
    "token": _token,
}
SCHEMES = tuple(_SCHEMES)
_ANY = frozenset(FORMS)
_PROVES: Mapping[str, frozenset[str]] = {
    "hmac-sha256": _ANY - {"query"},
    "ed25519": _ANY - {"query"},
    "jwt-hs256": _ANY - {"query"},
    "plivo-v3": _ANY - {"json"},
    "twilio": _ANY - {"json"},
    "token": _ANY,
}
"""Which parts of a request each scheme's signature covers."""
