"""How a command fails: what went wrong, what to do about it, and the exit code that tells a script."""

from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command; docs/reference/command-line.md lists them."""

    DONE = 0
    FAILED = 1
    WRONG_USE = 2
    NOT_RUNNING = 3
    REFUSED = 4
    PROMISE_BROKEN = 5


EXIT_MEANING: dict[Exit, str] = {
    Exit.DONE: "done",
    Exit.FAILED: "failed; the message says why",
    Exit.WRONG_USE: "wrong use of the command, or a setting that cannot be used",
    Exit.NOT_RUNNING: "it needs a running home, and none runs there",
    Exit.REFUSED: "the API refused it; the message has the error code",
    Exit.PROMISE_BROKEN: "it ran, and found that something is not as promised",
}


@dataclass
class Fault(Exception):  # noqa: N818 - the word that users read
    """A command cannot go on. `remedy` is a sentence that says what to do, often a command to type."""

    reason: str
    remedy: str
    exit: Exit = Exit.FAILED

    def __str__(self) -> str:
        return self.reason
