"""Writes the reference pages that follow from the code. `make goldens` runs it; a house test holds the pages to it.

With `--check` it writes nothing, names the pages that are not current, and ends with 1 when there are any.
"""

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))

import typer.main  # noqa: E402 - the source of this checkout comes first

from tidings.all_jobs import register_jobs  # noqa: E402
from tidings.cli.fault import EXIT_MEANING  # noqa: E402
from tidings.cli.verbs import VERBS, command_line  # noqa: E402
from tidings.config import Config, variables  # noqa: E402
from tidings.kernel.codes import CODES, Code, SeenOn  # noqa: E402
from tidings.runtime.jobs import Jobs  # noqa: E402
from tidings.runtime.metrics import DECLARED  # noqa: E402

REFERENCE = ROOT / "docs" / "reference"
WRITTEN = "Written from the code by `make goldens`; change the code, not this page.\n"


def pages() -> dict[Path, str]:
    """The text of each page by its path."""
    return {
        REFERENCE / "configuration.md": "\n".join(configuration()) + "\n",
        REFERENCE / "command-line.md": "\n".join(commands()) + "\n",
        REFERENCE / "errors.md": "\n".join(errors()) + "\n",
        REFERENCE / "facts.md": "\n".join(facts()) + "\n",
        REFERENCE / "metrics.md": "\n".join(metrics()) + "\n",
        REFERENCE / "jobs.md": "\n".join(jobs()) + "\n",
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


LASTS = (
    "**permanent**: this request or this recipient will not do, however often it is tried;\n"
    "**transient**: may go well later, slower, or by another sender; **configuration**: goes well once the account,\n"
    "the sender or a registration is mended; **warning**: nothing was refused."
)
SEEN = {
    SeenOn.CALL: (
        "Answers to calls",
        "In the body of an answer that is not 2xx: `code`, `message`, `more_info`, `status`.",
    ),
    SeenOn.MESSAGE: (
        "Ends of messages",
        "As `ErrorCode` of a message and of its callback. A message that *failed* never left; an *undelivered* one was "
        "refused by the carrier or the phone.",
    ),
    SeenOn.NOTIFICATION: ("Callbacks", "In the log of callbacks, with the attempt that ended so."),
    SeenOn.LOOKUP: ("Lookups", "In the answer of a lookup, beside what is known."),
}


def errors() -> Iterator[str]:
    yield f"# Error codes\n\n{WRITTEN}"
    yield (
        "The numbers and their meaning are Twilio's, so that code written for it finds what it expects. Not every\n"
        "code occurs yet: the catalogue is whole, so that what a carrier or a later release reports has its name.\n"
    )
    yield f"How long it lasts: {LASTS}"
    for seen, (title, where) in SEEN.items():
        with_status, with_end = seen is SeenOn.CALL, seen is SeenOn.MESSAGE
        yield f"\n## {title}\n\n{where}\n"
        extra = " HTTP |" if with_status else " ends as |" if with_end else ""
        yield f"| code | text | lasts |{extra} note |"
        yield f"| --- | --- | --- |{' --- |' if extra else ''} --- |"
        for code in sorted(CODES.values(), key=lambda one: one.number):
            if code.seen_on is seen:
                cell = f" {code.status} |" if with_status else f" {_end(code)} |" if with_end else ""
                yield f"| {code.number} | {_cell(code.text)} | {code.lasting.value} |{cell} {_cell(code.note)} |"


def _end(code: Code) -> str:
    return code.ends_as.value if code.ends_as is not None else ""


def facts() -> Iterator[str]:
    yield f"# Facts\n\n{WRITTEN}"
    yield (
        "A fact is something that happened, written once, in the transaction in which it happened. Facts are a\n"
        "message's history and the outbox in one: whoever tells others of what happened reads them, in order, with a\n"
        "cursor of its own. Each has `bucket`, `xid` and `seq` (its place), `at`, `account`, `subject` (an id),\n"
        "`kind` and `detail` (JSON or null)."
    )
    for module in _modules("facts"):
        yield f"\n## {module.__name__.removeprefix('tidings.').removesuffix('.facts').replace('.', '/')}\n"
        yield "| kind | what happened | detail |\n| --- | --- | --- |"
        for kind, happened in module.WRITES.items():
            detail = "; ".join(f"`{key}`: {text}" for key, text in module.DETAIL.get(kind, {}).items())
            yield f"| `{kind}` | {happened} | {detail} |"


def metrics() -> Iterator[str]:
    yield f"# Metrics\n\n{WRITTEN}"
    yield (
        "For Prometheus, at `/metrics` of the web role, where one page covers all processes of a home; with\n"
        "`TIDINGS_HEALTH_PORT` also at that port of a dispatch or work role that runs by itself. A counter only\n"
        "grows; gauges of several processes are added up. Beside these a process with a page of its own shows\n"
        "`tidings_process_` metrics (memory, CPU, files) and `python_info`.\n"
    )
    yield "| metric | type | labels | meaning |\n| --- | --- | --- | --- |"
    _modules("metrics")
    for one in sorted(DECLARED, key=lambda one: one.name):
        labels = ", ".join(f"`{label}`" for label in one.labels)
        yield f"| `{one.name}` | {one.kind} | {labels} | {one.help.rstrip('.')} |"


def jobs() -> Iterator[str]:
    yield f"# Jobs\n\n{WRITTEN}"
    yield (
        "What the work role does by the clock. One process of all does each occurrence, whichever comes first; one\n"
        "that fails is logged and comes again at its next time. Each bears being done twice.\n"
    )
    yield "| job | when (cron, UTC) | what it does |\n| --- | --- | --- |"
    registered = Jobs("")
    nothing: Any = None  # jobs are described here, not done
    register_jobs(registered, nothing, Config())
    for job in registered.periodic:
        yield f"| `{job.name}` | `{job.when}` | {_sentence(job.run.__doc__)} |"
    if registered.deeds:
        yield "\nOne-off jobs, tried eight times with growing pauses and then held for an operator:\n"
        yield "| job | what it does |\n| --- | --- |"
        for name, deed in registered.deeds.items():
            yield f"| `{name}` | {_sentence(deed.__doc__)} |"


def _modules(name: str) -> list[Any]:
    """All modules of this name, imported."""
    source = ROOT / "src"
    paths = sorted((source / "tidings").rglob(f"{name}.py"))
    return [
        importlib.import_module(".".join(path.relative_to(source).with_suffix("").parts)) for path in paths
    ]


def _sentence(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


def _cell(text: str) -> str:
    return _sentence(text).replace("|", "/")


def main() -> int:
    written = pages()
    stale = [path for path, text in written.items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not current: run `make goldens`")
        return 1 if stale else 0
    for path, text in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
