"""Goldens of the API: what is sent, what is answered, what is stored then. `tests/spec/README.md` tells the form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

FOLDER = Path(__file__).parent
METHODS = ("GET", "POST", "DELETE", "PUT", "HEAD", "OPTIONS")
_DATE = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000")

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


@dataclass(frozen=True)
class Case:
    file: str
    number: int
    data: dict[str, Any]


def files() -> list[Path]:
    return sorted(FOLDER.glob("*.yaml"))


def cases_of(file: str) -> Iterator[Case]:
    for number, data in enumerate(yaml.safe_load((FOLDER / f"{file}.yaml").read_text("utf-8"))):
        yield Case(file, number, data)


def rewrite(case: Case, reply: dict[str, Any], then: dict[str, Any]) -> None:
    """Puts what was seen in the place of what was expected."""
    file = FOLDER / f"{case.file}.yaml"
    cases = yaml.safe_load(file.read_text("utf-8"))
    data = cases[case.number]
    data["reply"] = reply
    if "then" in data:
        data["then"] = {key: then[key] for key in data["then"]}
    text = yaml.dump(cases, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)
    file.write_text(text.replace("\n- it:", "\n\n- it:"), "utf-8")


class _Plain(yaml.SafeDumper):
    """Without anchors: a case is read by itself."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def filled(value: Any, names: dict[str, str]) -> Any:
    """The same with `{name}` replaced in every text."""
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace("%{" + name + "}", quote(text, safe="")).replace("{" + name + "}", text)
        return value
    if isinstance(value, dict):
        return {filled(key, names): filled(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, names) for item in value]
    return value


def generic(value: Any, names: dict[str, str]) -> Any:
    """The other way round: known values by their names, and dates, which differ from run to run,
    as `any-date` or `any-time`."""
    if isinstance(value, str):
        if _DATE.fullmatch(value):
            return "any-date"
        if _TIME.fullmatch(value):
            return "any-time"
        for name, text in names.items():
            value = value.replace(text, "{" + name + "}").replace(quote(text, safe=""), "%{" + name + "}")
        return value
    if isinstance(value, dict):
        return {key: generic(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [generic(item, names) for item in value]
    return value


def request_of(send: dict[str, Any]) -> tuple[str, str]:
    """Method and path."""
    method = next(key for key in send if key in METHODS)
    return method, send[method]
