"""Whether the Python that runs Tidings was built to be fast: everything takes 1.5 to 2 times the CPU where it was not.

An optimised build was compiled twice, the second time by a profile of the first (PGO). Most builds say so in their
configuration, but not all: Debian's profile-optimised Python was configured without `--enable-optimizations`. So a
build that names no profile is measured: work that the interpreter does, against MD5, which is foreign code that every
processor does in about five cycles a byte. Measured ratios: Debian's 3.11 10.7; default builds of pyenv, which are
not optimised, 3.11 15.0, 3.12 18.5, 3.13 17.2.
"""

import hashlib
import sys
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import thread_time
from typing import Any, Self

PROFILED = ("--enable-optimizations", "-fprofile-use", "-fprofile-instr-use")
SYSTEMS_OWN = "'--prefix=/usr'"
"""Where a distribution's package is: those are profile-optimised, whatever their configuration says."""

SLOW_FROM = 13.0
"""Interpreted work over foreign work, see above: between the fastest slow build and the slowest fast one."""
ROUNDS = 40
FOREIGN_WORK = bytes(50_000)


@dataclass(frozen=True, slots=True)
class Build:
    """How an interpreter was made: its configuration's arguments and its compiler's flags."""

    arguments: str
    flags: str
    debug: bool = False

    @classmethod
    def of_this_process(cls) -> Self:
        told: Mapping[str, Any] = sysconfig.get_config_vars()
        return cls(
            arguments=str(told.get("CONFIG_ARGS") or ""),
            flags=f"{told.get('PY_CFLAGS')} {told.get('PY_CORE_LDFLAGS')}",
            debug=bool(told.get("Py_DEBUG")),
        )


def is_slow(build: Build, *, measure: Callable[[], float]) -> bool:
    """Whether an interpreter is slower than it need be. It is measured only where its build leaves that open."""
    if build.debug:
        return True
    if any(sign in f"{build.arguments} {build.flags}" for sign in PROFILED) or SYSTEMS_OWN in build.arguments:
        return False
    return measure() > SLOW_FROM


def measured() -> float:
    """CPU of interpreted work over that of foreign work, in this process and thread; takes about 0.1 s of CPU.

    The least of many rounds of each, since what else the machine does can only make them slower.
    """
    interpreted = foreign = float("inf")
    for _ in range(ROUNDS):
        interpreted = min(interpreted, _seconds(_interpreted_work))
        foreign = min(foreign, _seconds(_foreign_work))
    return interpreted / foreign


def _seconds(work: Callable[[], object]) -> float:
    begun = thread_time()
    work()
    return thread_time() - begun


def _interpreted_work() -> int:
    """What a request costs: dictionaries, texts put together and taken apart, exceptions."""
    total = 0
    for number in range(300):
        fields = {"To": f"+1415555{number:04}", "From": "55501", "Body": "Your table is ready."}
        text = "&".join(f"{name}={value}" for name, value in fields.items())
        for pair in text.split("&"):
            name, _, value = pair.partition("=")
            try:
                total += len(fields[name]) + int(value)
            except ValueError:
                total += 1
    return total


def _foreign_work() -> None:
    hashlib.md5(FOREIGN_WORK, usedforsecurity=False).digest()


if __name__ == "__main__":  # the Makefile asks each Python that it finds
    import ensurepip  # noqa: F401 - one without it can make no environment

    print(int(is_slow(Build.of_this_process(), measure=measured)), sys.executable)
