"""`tidings bench`: the benchmarks of a checkout, one after another."""

import ast
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

import tidings
from tidings.cli.fault import Exit, Fault
from tidings.cli.options import JsonOption

SHARED = {"bare", "rig", "segment_corpus"}
"""Files of the folder that benchmarks import."""


def command(
    names: Annotated[list[str] | None, typer.Argument(help="Which ones; all when none is named.")] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="Say what there is and what each measures; run none.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Each prints the medians of three rounds, CPU per message first. bench/README.md has the method."""
    folder = Path(tidings.__file__).parents[2] / "bench"
    known = {file.stem: file for file in sorted(folder.glob("*.py")) if file.stem not in SHARED}
    if not known:
        raise Fault(
            "The benchmarks are not installed with the package.", "Run it in a checkout.", Exit.WRONG_USE
        )
    unknown = [name for name in names or [] if name not in known]
    if unknown:
        raise Fault(
            f"There is no benchmark {unknown[0]!r}.", f"There are: {', '.join(known)}.", Exit.WRONG_USE
        )
    if listed:
        _list({name: known[name] for name in names or known}, as_json=as_json)
        return
    failed = [name for name in names or known if not _ran(name, known[name], as_json=as_json)]
    if failed:
        raise Fault(f"Failed: {', '.join(failed)}.", "What they said is above.")


def _list(chosen: Mapping[str, Path], *, as_json: bool) -> None:
    """By the first line of what each says of itself."""
    told = {
        name: (ast.get_docstring(ast.parse(file.read_text())) or "").partition("\n")[0]
        for name, file in chosen.items()
    }
    if as_json:
        print(json.dumps(told))
    else:
        for name, line in told.items():
            print(f"{name:<14}{line}")


def _ran(name: str, file: Path, *, as_json: bool) -> bool:
    """Runs one; its JSON goes to standard output, or is shown as lines for people."""
    done = subprocess.run([sys.executable, file], stdout=subprocess.PIPE, text=True, check=False)
    for line in done.stdout.splitlines():
        if as_json or not line.startswith("{"):
            print(line, flush=True)
            continue
        told = json.loads(line)
        print(name)
        for key, value in told.get("median", told).items():
            print(f"  {key:<28}{value}")
    return done.returncode == 0
