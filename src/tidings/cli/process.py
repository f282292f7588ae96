"""What a supervised process and its supervisor say to one another.

Standard input: one line of JSON, the brief, which opens the gate; then it stays open as the lifeline,
whose end means that the supervisor died. Standard output: one line of JSON when the role is ready.
Standard error: the log.
"""

import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass(frozen=True, slots=True)
class Brief:
    """What a role needs to begin: its settings as an environment, and the listening sockets it inherits."""

    environ: Mapping[str, str]
    sockets: Mapping[str, int]
    process: str

    def line(self) -> bytes:
        told = {"environ": dict(self.environ), "sockets": dict(self.sockets), "process": self.process}
        return json.dumps(told).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> "Brief":
        told = json.loads(line)
        return cls(told["environ"], told["sockets"], told["process"])


def ready_line(told: Mapping[str, Any]) -> bytes:
    """What a role says when it is ready."""
    return json.dumps(dict(told)).encode() + b"\n"


def die_with_parent() -> None:
    """Asks the kernel to kill this process when the thread that started it dies (Linux)."""
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
