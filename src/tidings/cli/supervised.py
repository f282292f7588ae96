"""A process of a running home: waits at the gate with its modules loaded, then runs one role.

Started by the supervisor as `python -m tidings.cli.supervised ROLE`; process.py has the protocol.
"""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from typing import Any

from tidings import app
from tidings.cli.process import Brief, die_with_parent, ready_line
from tidings.config import Config, LogFormat
from tidings.runtime import log

GARBAGE_THRESHOLDS = (10_000, 20, 50)
# Pacing cannot wait: who hands messages over comes before the rest where that is allowed, and callbacks give way
# everywhere.
NICENESS = {"dispatch": -10, "work": 5}
# Who measures arrivals reads them at once: niceness alone leaves a reader waiting for up to a scheduler's slice of
# 3 ms, which at 500 MPS is more than one message too many in a second.
METER = "simulator"


def main() -> None:
    role = sys.argv[1]
    die_with_parent()
    _take_turn(role)
    app.load(role)
    line = sys.stdin.buffer.readline()
    if not line:
        return  # the supervisor is gone, or needs us no longer
    brief = Brief.read(line)
    threading.Thread(target=_end_with_lifeline, name="lifeline", daemon=True).start()
    run_role(
        role,
        Config.load(brief.environ),
        process=brief.process,
        sockets={use: socket.socket(fileno=number) for use, number in brief.sockets.items()},
        ready=_tell,
    )


def run_role(
    role: str, config: Config, *, process: str, sockets: Mapping[str, socket.socket], ready: Any
) -> None:
    """Runs a role until SIGTERM or SIGINT, or until it fails."""
    import uvloop

    app.load(role)
    # Modules live as long as the process: a full collection that went through them would stop pacing for
    # tens of milliseconds, and find nothing.
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)

    log.configure(level=config.log_level, json=config.log_format is LogFormat.JSON, role=process)

    async def until_told() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for told_by in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(told_by, stopping.set)
        await app.ROLES[role].run(app.Post(config, process, sockets, stopping, ready))

    uvloop.run(until_told())


def _take_turn(role: str) -> None:
    with contextlib.suppress(PermissionError):  # only root may go before others
        os.nice(NICENESS.get(role, 0))
        if role == METER and hasattr(os, "sched_setscheduler"):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def _tell(told: Mapping[str, Any]) -> None:
    sys.stdout.buffer.write(ready_line(told))
    sys.stdout.buffer.flush()


def _end_with_lifeline() -> None:
    """Without its supervisor a process would hold ports and leases that the next one needs."""
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
