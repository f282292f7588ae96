"""Words that are put into requests and taken out of answers: `{to|digits}` and `errors.0.code|after:#`.

Both are read once, when a carrier's file is loaded, and checked then. There is no code in them: a name or a path,
and filters out of one table.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

_LONG_NUMBER = re.compile(r"[1-9][0-9]{6,14}", re.ASCII)

FILTERS: Mapping[str, Callable[[str, str], str]] = {
    "digits": lambda text, _: text.removeprefix("+"),
    "plus": lambda text, _: f"+{text}" if _LONG_NUMBER.fullmatch(text) else text,
    "lower": lambda text, _: text.lower(),
    "upper": lambda text, _: text.upper(),
    "base64": lambda text, _: b64encode(text.encode()).decode("ascii"),
    "after": lambda text, mark: text.rpartition(mark)[2],
    "before": lambda text, mark: text.partition(mark)[0],
    "number": lambda text, _: text,
}
"""What may stand behind a bar. `digits` takes the plus sign off a number and `plus` puts it before one of seven
digits or more; `after:#` is what follows the last #, `before:,` what precedes the first comma. `number` alone in a
JSON value makes it a number."""

_WITH_ARGUMENT = frozenset({"after", "before"})
_HOLE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"[a-z_]+(\.[A-Za-z0-9_]+)?", re.ASCII)


class BadWords(ValueError):  # noqa: N818 - it names the thing
    """A template or path that cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Hole:
    name: str
    filters: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Template:
    """Text with holes. Two braces in a row stand for one."""

    pieces: tuple[str | Hole, ...]

    @classmethod
    def parse(cls, text: str, *, known: Iterable[str]) -> "Template":
        """Raises BadWords for a name that is not `known`, an unknown filter, or a lone brace."""
        names = frozenset(known)
        pieces: list[str | Hole] = []
        end = 0
        for found in _HOLE.finditer(text):
            pieces.append(text[end : found.start()])
            end = found.end()
            if found[0] in ("{{", "}}"):
                pieces.append(found[0][0])
            elif found[1] is None:
                raise BadWords(f"a lone {found[0]!r}: write it twice where it is meant as such")
            else:
                pieces.append(_hole(found[1], names))
        pieces.append(text[end:])
        return cls(tuple(piece for piece in pieces if piece))

    @property
    def is_number(self) -> bool:
        """Whether it is one hole and nothing else, which ends in `number`."""
        only = self.pieces[0] if len(self.pieces) == 1 else None
        return isinstance(only, Hole) and bool(only.filters) and only.filters[-1][0] == "number"

    @property
    def names(self) -> frozenset[str]:
        return frozenset(piece.name for piece in self.pieces if isinstance(piece, Hole))

    def fill(self, values: Mapping[str, str], *, quote: Callable[[str], str] = str) -> str:
        """The text with its holes filled; `quote` is for what is put in, not for what was written."""
        return "".join(
            piece if isinstance(piece, str) else quote(_filtered(values[piece.name], piece.filters))
            for piece in self.pieces
        )


@dataclass(frozen=True, slots=True)
class Path:
    """Where a value stands in JSON or in a form: names and positions with dots between, and filters."""

    steps: tuple[str, ...]
    filters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Path":
        """Raises BadWords."""
        where, *filters = text.split("|")
        steps = tuple(where.strip().split("."))
        if not all(steps):
            raise BadWords("an empty step: write names with single dots between")
        return cls(steps, tuple(_filter(each) for each in filters))

    def walk(self, document: object) -> object:
        """What stands there, of whatever kind; None where there is nothing."""
        whole = ".".join(self.steps)
        if isinstance(document, Mapping) and whole in document:
            return document[whole]
        found = document
        for step in self.steps:
            if isinstance(found, Mapping):
                found = found.get(step)
            elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
                found = found[int(step)]
            else:
                return None
        return found

    def text(self, document: object) -> str | None:
        """The text, number or truth that stands there, as text that can be kept, filtered; None for anything else."""
        found = self.walk(document)
        if isinstance(found, bool):
            found = "true" if found else "false"
        if isinstance(found, float) and found.is_integer():
            found = int(found)
        return _filtered(storable(str(found)), self.filters) if isinstance(found, (str, int, float)) else None


@dataclass(frozen=True, slots=True)
class Places:
    """Several paths: the first that leads to something counts."""

    paths: tuple[Path, ...]

    def text(self, document: object) -> str | None:
        return next((text for path in self.paths if (text := path.text(document)) is not None), None)


def storable(text: str) -> str:
    """Without NUL, which PostgreSQL cannot hold, and with half surrogate pairs, which no encoding has, replaced."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _hole(text: str, known: frozenset[str]) -> Hole:
    name, *filters = text.split("|")
    name = name.strip()
    if not _NAME.fullmatch(name) or name not in known:
        raise BadWords(f"{{{name}}} is not known here; known are {', '.join(sorted(known))}")
    return Hole(name, tuple(_filter(each) for each in filters))


def _filter(text: str) -> tuple[str, str]:
    name, mark, argument = text.strip().partition(":")
    if name not in FILTERS:
        raise BadWords(f"there is no filter {name!r}; there are {', '.join(FILTERS)}")
    if (name in _WITH_ARGUMENT) != bool(mark and argument):
        raise BadWords(f"the filter {name!r} {'needs' if name in _WITH_ARGUMENT else 'takes no'} argument")
    return name, argument


def _filtered(text: str, filters: tuple[tuple[str, str], ...]) -> str:
    for name, argument in filters:
        text = FILTERS[name](text, argument)
    return text
