"""TwiML, as far as messages speak it: Response with Message and Redirect. Pure.

The parser is the standard library's, with document types refused: without them there are no entities of one's own, so
nothing can be blown up or fetched from elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from tidings.kernel.codes import ANSWER_NOT_IN_SCHEMA, REPLY_METHOD_INVALID, REPLY_VERB_INVALID, Code

DEEPEST = 20
_ENCODINGS = frozenset({"utf-8", "utf-16", "iso-8859-1", "us-ascii"})
# Verbs of telephone calls.
_OF_CALLS = frozenset(
    {
        "Connect",
        "Dial",
        "Echo",
        "Enqueue",
        "Gather",
        "Hangup",
        "Leave",
        "Pause",
        "Pay",
        "Play",
        "Prompt",
        "Queue",
    }
    | {"Record", "Refer", "Reject", "Say", "Start", "Stop"}
)
_ATTRIBUTES = {
    "Message": frozenset({"to", "from", "action", "method", "statusCallback"}),
    "Redirect": frozenset({"method"}),
    "Response": frozenset(),
    "Body": frozenset(),
    "Media": frozenset(),
}


class NotTwiml(Exception):  # noqa: N818 - it names what is wrong
    """The document is no well-formed XML, has a document type, or is no Response. The message says which."""


@dataclass(frozen=True, slots=True)
class Message:
    """A text to be sent; None where an attribute is absent."""

    body: str
    to: str | None
    sender: str | None
    action: str | None
    """Who is told of its status."""
    method: str
    has_media: bool


@dataclass(frozen=True, slots=True)
class Redirect:
    """Ask elsewhere what to do. `url` may be relative."""

    url: str
    method: str


@dataclass(frozen=True, slots=True)
class Warned:
    """What is odd about a document; it is passed over, and the rest holds."""

    code: Code
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """The messages in order. Nothing that stands behind a redirect counts."""

    messages: tuple[Message, ...]
    redirect: Redirect | None
    warnings: tuple[Warned, ...]


@dataclass(slots=True)
class _Element:
    name: str
    attributes: dict[str, str]
    text: list[str] = field(default_factory=list)
    """What stands directly in it."""
    children: list[_Element] = field(default_factory=list)

    @property
    def plain(self) -> str:
        return "".join(self.text).strip()


def read_twiml(octets: bytes, *, charset: str | None = None) -> Document:
    """Raises NotTwiml. `charset` is what the Content-Type says of it, which goes before the document's own word."""
    root = _parse(octets, charset)
    if root.name != "Response":
        raise NotTwiml(f"the document is a <{root.name[:40]}>, not a <Response>")
    return _Reading().of(root)


class _Reading:
    def __init__(self) -> None:
        self._warnings: list[Warned] = []

    def of(self, root: _Element) -> Document:
        messages: list[Message] = []
        redirect: Redirect | None = None
        self._look_over(root)
        if root.plain:
            self._odd("text stands in <Response> outside of any verb")
        for verb in root.children:
            if verb.name in ("Message", "Redirect"):
                self._look_over(verb)
            if verb.name == "Message":
                messages.append(self._message(verb))
            elif verb.name == "Redirect":
                if verb.plain:
                    redirect = Redirect(verb.plain, self._method(verb))
                    break
                self._odd("<Redirect> names no URL")
            elif verb.name in _OF_CALLS:
                self._warn(REPLY_VERB_INVALID, f"<{verb.name}> is a verb of calls")
            else:
                self._odd(f"<{verb.name[:40]}> is no verb of messages")
        return Document(tuple(messages), redirect, tuple(self._warnings))

    def _message(self, verb: _Element) -> Message:
        bodies = [] if not verb.plain else [verb.plain]
        has_media = False
        for noun in verb.children:
            if noun.name == "Body":
                bodies.append(noun.plain)
            elif noun.name == "Media":
                has_media = True
            else:
                self._odd(f"<{noun.name[:40]}> does not belong into <Message>")
            if noun.name in _ATTRIBUTES:
                self._look_over(noun)
        given = verb.attributes
        return Message(
            body="".join(bodies),
            to=given.get("to"),
            sender=given.get("from"),
            action=given.get("action") or given.get("statusCallback"),
            method=self._method(verb),
            has_media=has_media,
        )

    def _method(self, verb: _Element) -> str:
        method = verb.attributes.get("method", "POST").upper()
        if method in ("GET", "POST"):
            return method
        self._warn(REPLY_METHOD_INVALID, f"{method[:40]!r} is neither GET nor POST; POST is used")
        return "POST"

    def _look_over(self, element: _Element) -> None:
        for name in element.attributes.keys() - _ATTRIBUTES[element.name]:
            self._odd(f"<{element.name}> has no attribute {name[:40]!r}")
        if element.name in ("Redirect", "Body", "Media") and element.children:
            self._odd(f"<{element.name}> holds text alone")

    def _odd(self, text: str) -> None:
        self._warn(ANSWER_NOT_IN_SCHEMA, text)

    def _warn(self, code: Code, text: str) -> None:
        warning = Warned(code, text)
        if warning not in self._warnings:
            self._warnings.append(warning)


def _parse(octets: bytes, charset: str | None) -> _Element:
    known = charset.lower() if charset is not None and charset.lower() in _ENCODINGS else None
    parser = expat.ParserCreate(encoding=known)
    top = _Element("", {})
    stack = [top]

    def begin(name: str, attributes: dict[str, str]) -> None:
        if len(stack) > DEEPEST:
            raise NotTwiml("elements stand too deep in one another")
        element = _Element(name, attributes)
        stack[-1].children.append(element)
        stack.append(element)

    def end(_name: str) -> None:
        stack.pop()

    def read(text: str) -> None:
        stack[-1].text.append(text)

    def refuse(*_: object) -> None:
        raise NotTwiml("a document type is not allowed")

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = read
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(octets, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise NotTwiml(str(error)) from error
    return top.children[0]
