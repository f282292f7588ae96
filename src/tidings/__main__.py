"""`tidings`, and `python -m tidings`."""

import json
import os
import sys
from typing import Any

import typer

from tidings.cli.fault import Exit, Fault
from tidings.cli.verbs import command_line
from tidings.config import ConfigFaults

_WRONG_USE = typer.BadParameter.__mro__[1]
"""UsageError of typer, which has no public name for it: a missing option, a value out of range, an unknown word."""


def main() -> None:
    """Runs the verb of the command line. A fault goes to standard error with its remedy."""
    try:
        line = command_line(_chosen_verb())
        _keep_output_clean()
        _run(line)
    except Fault as fault:
        sys.exit(_tell(fault))
    except ConfigFaults as faults:
        sys.exit(
            _tell(Fault(str(faults), "docs/reference/configuration.md has all settings.", Exit.WRONG_USE))
        )
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read us has seen enough
        sys.exit(Exit.FAILED)
    except Exception as error:
        from tidings.cli.breakdown import fault_of

        broken = fault_of(error)
        if broken is None:
            raise
        sys.exit(_tell(broken))


def _run(line: typer.Typer) -> None:
    """Runs the command. Wrong use is framed for people by typer; for programs it is a fault like any other."""
    if "--json" not in sys.argv:
        line()
        return
    try:
        ended = line(standalone_mode=False)
    except Exception as error:
        if not isinstance(error, _WRONG_USE):
            raise
        wrong: Any = error
        path = "tidings" if wrong.ctx is None else wrong.ctx.command_path
        raise Fault(
            wrong.format_message(), f"`{path} --help` says what it takes.", Exit(wrong.exit_code)
        ) from error
    if isinstance(ended, int):  # of typer.Exit
        sys.exit(ended)


def _keep_output_clean() -> None:
    """Standard output is for what a command tells. A verb that logs has loaded what logs."""
    if "structlog" in sys.modules:
        from tidings.runtime import log

        log.configure(level="warning", json=False)


def _chosen_verb() -> str | None:
    """The first word that is no option. Shell completion asks about any verb, so that it needs them all."""
    if "_TIDINGS_COMPLETE" in os.environ:
        return None
    return next((word for word in sys.argv[1:] if not word.startswith("-")), "")


def _tell(fault: Fault) -> int:
    if "--json" in sys.argv:
        told = {"error": fault.reason, "remedy": fault.remedy, "exit": int(fault.exit)}
        print(json.dumps(told), file=sys.stderr)
    else:
        print(f"{fault.reason}\n{fault.remedy}", file=sys.stderr)
    return int(fault.exit)


if __name__ == "__main__":
    main()
