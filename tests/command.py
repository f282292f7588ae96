"""Running `tidings ...` in tests for a tenth of what a new interpreter costs.

Starting Python and importing what a command needs takes most of a second of CPU, and there are hundreds of commands.
So each test process has one *fork server* (multiprocessing's own), which has imported the command line once and does
nothing else. A command runs in a child forked from it: a process of its own, with its own arguments, environment,
working directory and standard input, output and error, which ends with a real exit code. What a command changes in
its process is gone with it, and the process that runs the tests has no part in it.

What this does not show: that a verb imports all that it needs (the fork server has imported everything), and what the
executable itself does with signals and terminals. Tests of those start a true `python -m tidings`.
"""

import asyncio
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

MOST_SECONDS = 90
NO_ENVIRON: Mapping[str, str] = {}
FORKS = multiprocessing.get_context("forkserver")
# pytest, since a child is made ready with the main module of the process that asked for it.
FORKS.set_forkserver_preload(["pytest", "tests.command_modules"])


class Done(NamedTuple):
    """How a command ended: its exit code, and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


def run_command(*words: object, environ: Mapping[str, str] = NO_ENVIRON, given: str = "") -> Done:
    """Runs `tidings` with these words and waits for its end.

    `environ`: settings, beside this process's environment without any of Tidings'. `given`: its standard input.
    """
    with tempfile.TemporaryDirectory(prefix="tidings-command-") as folder:
        given_to, output, errors = streams = [Path(folder, name) for name in ("stdin", "stdout", "stderr")]
        for stream in streams:
            stream.touch()
        given_to.write_text(given)
        process = FORKS.Process(
            target=_be_the_command,
            args=([str(word) for word in words], environment(**environ), os.getcwd(), streams),
        )
        process.start()
        process.join(MOST_SECONDS)
        code = process.exitcode
        if code is None:
            process.kill()
            process.join()
        process.close()
        assert code is not None, f"It did not end within {MOST_SECONDS} s: {words}"
        return Done(code, output.read_text(), errors.read_text())


async def command(*words: object, environ: Mapping[str, str] = NO_ENVIRON, given: str = "") -> Done:
    """`run_command` beside whatever the test's own loop serves."""
    return await asyncio.to_thread(run_command, *words, environ=environ, given=given)


def environment(**more: str) -> dict[str, str]:
    """This process's environment without any setting of Tidings, and with its source on the path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TIDINGS_")}
    return kept | {"PYTHONPATH": str(Path(__file__).parents[1] / "src")} | more


def _be_the_command(words: list[str], environ: dict[str, str], folder: str, streams: list[Path]) -> None:
    """In the forked child: becomes `tidings WORDS`, until it raises SystemExit."""
    from tidings.__main__ import main

    for number, stream in enumerate(streams):
        opened = os.open(stream, os.O_RDWR)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(folder)
    sys.argv = ["tidings", *words]
    main()
