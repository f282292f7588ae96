"""Writes the reference pages that follow from the code. `make goldens` runs it; a house test holds the pages to it."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))

import typer.main  # noqa: E402 - the source of this checkout comes first

from tidings.cli.fault import EXIT_MEANING  # noqa: E402
from tidings.cli.verbs import VERBS, command_line  # noqa: E402
from tidings.config import variables  # noqa: E402

REFERENCE = ROOT / "docs" / "reference"
WRITTEN = "Written from the code by `make goldens`; change the code, not this page.\n"


def pages() -> dict[Path, str]:
    """The text of each page by its path."""
    return {
        REFERENCE / "configuration.md": "\n".join(configuration()) + "\n",
        REFERENCE / "command-line.md": "\n".join(commands()) + "\n",
    }


def configuration() -> Iterator[str]:
    yield f"# Configuration\n\n{WRITTEN}"
    yield (
        "Every setting is an environment variable, read once when a process starts. An empty one counts as not\n"
        "set. All that is wrong is told at once, and a name that is not in this table is a fault too, so that a\n"
        "misspelt setting cannot pass unseen.\n"
    )
    yield "| variable | type | default | meaning |"
    yield "| --- | --- | --- | --- |"
    for one in variables():
        kind = f"{one.type}, {one.unit}" if one.unit else one.type
        secret = " Secret: never logged or shown." if one.secret else ""
        yield f"| `{one.name}` | {kind} | {f'`{one.default}`' if one.default else ''} | {one.help}{secret} |"


def commands() -> Iterator[str]:
    yield f"# Command line\n\n{WRITTEN}"
    yield (
        "`--home` names the home that a command is about; without it, TIDINGS_HOME, the `.home` of `make run` in the\n"
        "current folder, or `~/.local/share/tidings`. With `--json` a command prints JSON for programs. Errors go to\n"
        "standard error with a remedy, as JSON with `--json`.\n"
    )
    yield "| exit code | meaning |\n| --- | --- |"
    for code, meaning in EXIT_MEANING.items():
        yield f"| {int(code)} | {meaning} |"
    group: Any = typer.main.get_command(command_line(None))
    for name, verb in VERBS.items():
        yield from _section(f"tidings {name}", group.commands[name], help=verb.help)


def _section(name: str, command: Any, *, help: str) -> Iterator[str]:
    inner = getattr(command, "commands", None)
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    words = "".join(f" [{one.name}]" for one in arguments)
    yield f"\n## `{name}{words}`\n\n{help}"
    more = (command.help or "").removeprefix(help).strip()
    if more:
        yield f"\n{more}"
    if inner is not None:
        for verb, one in inner.items():
            yield from _section(f"{name} {verb}", one, help=(one.help or "").strip())
        return
    rows = [_row(param) for param in command.params]
    if rows:
        yield "\n| option | default | meaning |\n| --- | --- | --- |"
        yield from rows


def _row(param: Any) -> str:
    shown = ", ".join(f"`{word}`" for word in param.opts)
    default = (
        "" if param.default in (None, False) or callable(param.default) else f"`{_plain(param.default)}`"
    )
    required = " Required." if param.required else ""
    return f"| {shown} | {default} | {(param.help or '').replace('|', '/')}{required} |"


def _plain(default: Any) -> str:
    return str(getattr(default, "value", default))


if __name__ == "__main__":
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
