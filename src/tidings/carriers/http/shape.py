"""The body of a request as the file draws it: JSON or form, with holes for what differs from message to message."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec

from tidings.carriers.http.reading import Section
from tidings.carriers.http.words import BadWords, Template

Values = Mapping[str, str]

MOST_DEEP = 20
_CHOICE = {"choose", "among", "otherwise"}


class Absent:
    """A field that is left out."""


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several, by the value of a name; `otherwise` for the rest, and the field is left out without it."""

    name: str
    among: Mapping[str, "Shape"]
    otherwise: "Shape | Absent"


@dataclass(frozen=True, slots=True)
class Each:
    """A list with one entry for each message of the request."""

    entry: "Shape"


Shape = Template | Choice | Each | dict[str, "Shape"] | list["Shape"] | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Body:
    shape: Shape
    is_form: bool

    @property
    def content_type(self) -> str:
        return "application/x-www-form-urlencoded" if self.is_form else "application/json"

    def fill(self, values: Values, messages: Sequence[Values]) -> bytes:
        """`values` for the request as a whole; those of its first message stand beside them."""
        filled = _fill(self.shape, values, messages)
        if not self.is_form:
            return msgspec.json.encode(filled)
        assert isinstance(filled, dict), "checked when the file was loaded"
        return urlencode([(name, _as_text(value)) for name, value in filled.items()]).encode()


class ShapeReader:
    """Reads the drawing. `common` are the names that hold for a whole request, `of_message` those of one message;
    where a request holds many, the latter are known within `each` alone."""

    def __init__(
        self, section: Section, *, common: Iterable[str], of_message: Iterable[str], many: bool
    ) -> None:
        self._section = section
        self._common = frozenset(common)
        self._of_message = frozenset(of_message)
        self._many = many
        self._eaches = 0

    def body(self) -> Body:
        """The section's `json` or `form`: one of the two."""
        section = self._section
        given = {key: section.raw(key) for key in ("json", "form")}
        if sum(value is not None for value in given.values()) != 1:
            section.fault("json", "a request has either json or form")
            return Body({}, is_form=False)
        is_form = given["form"] is not None
        key = "form" if is_form else "json"
        if not isinstance(given[key], dict):
            section.fault(key, "must be a mapping of names to values")
            return Body({}, is_form=is_form)
        known = self._common if self._many else self._common | self._of_message
        shape = self._shape(given[key], key, known, 0)
        if is_form and isinstance(shape, dict):
            for name, value in shape.items():
                if isinstance(value, (dict, list, Each)):
                    section.fault(f"{key}.{name}", "a form holds texts; use json for more than that")
        if self._many and self._eaches != 1:
            section.fault(key, "a request with many messages has one list that is written {each: ...}")
        return Body(shape, is_form=is_form)

    def _shape(self, given: object, where: str, known: frozenset[str], depth: int) -> Shape:
        if depth > MOST_DEEP:
            self._section.fault(where, f"more than {MOST_DEEP} levels deep")
            return None
        if isinstance(given, str):
            try:
                return Template.parse(given, known=known)
            except BadWords as fault:
                self._section.fault(where, str(fault))
                return None
        if isinstance(given, list):
            return [
                self._shape(entry, f"{where}.{place}", known, depth + 1) for place, entry in enumerate(given)
            ]
        if isinstance(given, dict):
            if "choose" in given:
                return self._choice(given, where, known, depth)
            if set(given) == {"each"}:
                return self._each(given["each"], where, depth)
            return {
                name: self._shape(value, f"{where}.{name}", known, depth + 1) for name, value in given.items()
            }
        if given is None or isinstance(given, (bool, int, float)):
            return given
        self._section.fault(where, "a date or the like: put it in quotes")
        return None

    def _choice(self, given: dict[str, object], where: str, known: frozenset[str], depth: int) -> Shape:
        name, among = given["choose"], given.get("among")
        if not isinstance(name, str) or name not in known:
            self._section.fault(f"{where}.choose", f"{name} is not known here")
        if not isinstance(among, dict) or not among or set(given) - _CHOICE:
            self._section.fault(
                where, "a choice has choose, among (value: what to send), and perhaps otherwise"
            )
            return None
        return Choice(
            str(name),
            {
                value: self._shape(then, f"{where}.among.{value}", known, depth + 1)
                for value, then in among.items()
            },
            self._shape(given["otherwise"], f"{where}.otherwise", known, depth + 1)
            if "otherwise" in given
            else ABSENT,
        )

    def _each(self, given: object, where: str, depth: int) -> Shape:
        self._eaches += 1
        if not self._many:
            self._section.fault(where, "each is for requests of many messages: set calls.most_per_request")
        return Each(self._shape(given, f"{where}.each", self._common | self._of_message, depth + 1))


def names_in(shape: "Shape | Absent") -> frozenset[str]:
    """The names of all holes and choices."""
    if isinstance(shape, Template):
        return shape.names
    if isinstance(shape, Choice):
        return names_in([*shape.among.values()]) | names_in(shape.otherwise) | {shape.name}
    if isinstance(shape, Each):
        return names_in(shape.entry)
    inner = shape.values() if isinstance(shape, dict) else shape if isinstance(shape, list) else ()
    return frozenset[str]().union(*(names_in(each) for each in inner))


def _fill(shape: Shape | Absent, values: Values, messages: Sequence[Values]) -> object:
    if isinstance(shape, Template):
        text = shape.fill(values)
        return _number(text) if shape.is_number else text
    if isinstance(shape, Choice):
        return _fill(shape.among.get(values[shape.name], shape.otherwise), values, messages)
    if isinstance(shape, Each):
        return [_fill(shape.entry, {**values, **message}, messages) for message in messages]
    if isinstance(shape, dict):
        filled = {name: _fill(value, values, messages) for name, value in shape.items()}
        return {name: value for name, value in filled.items() if value is not ABSENT}
    if isinstance(shape, list):
        return [value for entry in shape if (value := _fill(entry, values, messages)) is not ABSENT]
    return shape


def _number(text: str) -> int | float | str:
    try:
        return int(text) if text.lstrip("+-").isdecimal() else float(text)
    except ValueError:
        return text  # an alphanumeric sender where a carrier takes numbers as such


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
