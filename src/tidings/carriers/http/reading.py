"""Reading a carrier's file: YAML taken apart key by key, every fault told at once with the place it is at."""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

import yaml

from tidings.carriers.http.words import BadWords, Path, Places, Template

LARGEST_FILE_CHARACTERS = 256 * 1024
Value = TypeVar("Value")


class _Loader(yaml.SafeLoader):
    """Keys are text as they are written (`0010` is no octal number, `no` no falsehood), and none stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            where = f"line {key.start_mark.line + 1}"
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.YAMLError(f"{where}: a key must be a single word")
            if key.value in found:
                raise yaml.YAMLError(f"{where}: {key.value!r} stands here twice")
            found[key.value] = self.construct_object(value, deep=True)
        return found


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def load(text: str) -> object:
    """The document. Raises ValueError with the line that cannot be read."""
    if len(text) > LARGEST_FILE_CHARACTERS:
        raise ValueError(f"the file is larger than {LARGEST_FILE_CHARACTERS} characters")
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # a safe loader with stricter keys
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark is not None else ""
        raise ValueError(f"not YAML: {place}{getattr(error, 'problem', None) or error}") from None


class Section:
    """A mapping of the file. Ask for each key, then call `end`: keys that nobody asked for are faults."""

    def __init__(self, given: object, where: str, faults: list[str]) -> None:
        self.where = where
        self.faults = faults
        self._asked: set[str] = set()
        self.present = isinstance(given, dict)
        self._given: Mapping[str, object] = given if isinstance(given, dict) else {}
        if given is not None and not isinstance(given, dict):
            self.fault("", "must be a mapping of names to values")

    def fault(self, key: str, reason: str) -> None:
        place = ".".join(part for part in (self.where, key) if part)
        self.faults.append(f"{place or 'the file'}: {reason}")

    def __contains__(self, key: str) -> bool:
        return self._given.get(key) is not None

    def keys(self) -> Iterable[str]:
        return self._given.keys()

    def raw(self, key: str) -> object:
        self._asked.add(key)
        return self._given.get(key)

    def section(self, key: str, *, required: bool = False) -> "Section":
        given = self.raw(key)
        if required and given is None:
            self.fault(key, "missing")
        return Section(given, ".".join(part for part in (self.where, key) if part), self.faults)

    def text(self, key: str, default: str | None = None, *, required: bool = False) -> str:
        given = self.raw(key)
        if given is None:
            if required:
                self.fault(key, "missing")
            return default or ""
        if not isinstance(given, str) or not given:
            self.fault(key, "must be a text; put it in quotes")
            return default or ""
        return given

    def setting(self, key: str, default: str | None = None, *, required: bool = False) -> str:
        """A text of an account's settings: a key that is all digits may have been read as a number, and the line
        break at the end of a file is no part of a secret."""
        given = self.raw(key)
        if isinstance(given, (int, float)) and not isinstance(given, bool):
            return str(given)
        return self.text(key, default, required=required).rstrip("\r\n")

    def switch(self, key: str, *, default: bool) -> bool:
        given = self.raw(key)
        if given is not None and not isinstance(given, bool):
            self.fault(key, "must be true or false")
        return given if isinstance(given, bool) else default

    def number(self, key: str, default: float, *, least: float, most: float) -> float:
        given = self.raw(key)
        if given is None:
            return default
        if isinstance(given, bool) or not isinstance(given, (int, float)) or not least <= given <= most:
            self.fault(key, f"must be a number from {least:g} to {most:g}")
            return default
        return float(given)

    def whole(self, key: str, default: int, *, least: int, most: int) -> int:
        given = self.raw(key)
        if given is None:
            return default
        if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
            self.fault(key, f"must be a whole number from {least} to {most}")
            return default
        return given

    def word(self, key: str, words: Mapping[str, Value], default: str) -> Value:
        """What one of some words stands for."""
        given = self.raw(key)
        if given is None:
            return words[default]
        if not isinstance(given, str) or given not in words:
            self.fault(key, f"must be one of {', '.join(words)}")
            return words[default]
        return words[given]

    def template(self, key: str, known: Iterable[str], *, required: bool = False) -> Template | None:
        given = self.text(key, required=required)
        return self._checked(key, lambda: Template.parse(given, known=known)) if given else None

    def path(self, key: str) -> Path | None:
        given = self.text(key)
        return self._checked(key, lambda: Path.parse(given)) if given else None

    def places(self, key: str, *, required: bool = False) -> Places:
        """One path or a list of them."""
        given = self.raw(key)
        if given is None:
            if required:
                self.fault(key, "missing")
            return Places(())
        texts = given if isinstance(given, list) else [given]
        if not texts or not all(isinstance(text, str) and text for text in texts):
            self.fault(key, "must be a path such as data.id, or a list of paths")
            return Places(())
        paths = [self._checked(key, lambda text=text: Path.parse(text)) for text in texts]  # type: ignore[misc]
        return Places(tuple(path for path in paths if path is not None))

    def table(self, key: str, read: Callable[[object], Value]) -> dict[str, Value]:
        """A mapping whose values `read` takes; it raises ValueError for one that it cannot."""
        section = self.section(key)
        found: dict[str, Value] = {}
        for name in section.keys():  # noqa: SIM118  # a section is no mapping
            try:
                found[name] = read(section.raw(name))
            except ValueError as fault:
                section.fault(name, str(fault))
        return found

    def end(self) -> None:
        for name in self._given:
            if name not in self._asked:
                near = get_close_matches(name, self._asked, n=1)
                self.fault(name, f"there is no such field{f'; did you mean {near[0]}?' if near else ''}")

    def _checked(self, key: str, read: Callable[[], Value]) -> Value | None:
        try:
            return read()
        except BadWords as fault:
            self.fault(key, str(fault))
            return None
