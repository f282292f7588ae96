"""`tidings`, and `python -m tidings`."""

import json
import os
import sys

from tidings.cli.fault import Exit, Fault
from tidings.cli.verbs import command_line
from tidings.config import ConfigFaults


def main() -> None:
    """Runs the verb of the command line. A fault goes to standard error with its remedy."""
    try:
        command_line(_chosen_verb())()
    except Fault as fault:
        sys.exit(_tell(fault))
    except ConfigFaults as faults:
        sys.exit(
            _tell(Fault(str(faults), "docs/reference/configuration.md has all settings.", Exit.WRONG_USE))
        )
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read us has seen enough
        sys.exit(Exit.FAILED)


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
