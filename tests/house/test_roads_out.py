"""There is one road out: whoever adds another sender of bytes, queue or messages has to bring it past the gate."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import tidings

HOUSE = Path(tidings.__file__).parent
_WRITES = re.compile(r"insert into (queue|inflight|messages|later)\b")


def calls(name: str) -> set[str]:
    """The files in which a method or class of this name is called."""
    return {file for file, called in _all_calls() if called == name}


def _all_calls() -> Iterator[tuple[str, str]]:
    for path in HOUSE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                function = node.func
                name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                yield path.relative_to(HOUSE).as_posix(), name


def test_only_the_dispatcher_hands_messages_to_carriers() -> None:
    """The switchboard passes on what the dispatcher gave it; what is handed over is made of a claimed ticket alone."""
    assert calls("hand_over") == {"messages/dispatch.py", "carriers/switchboard.py"}
    assert calls("Handover") == {"messages/bucket.py"}


def test_only_the_statements_of_messages_write_tickets_and_messages() -> None:
    writers = {
        path.relative_to(HOUSE).as_posix()
        for path in [*HOUSE.rglob("*.sql"), *HOUSE.rglob("*.py")]
        if "migrations" not in path.parts and _WRITES.search(path.read_text())
    }
    assert writers == {"messages/store.sql"}


def test_every_process_that_accepts_has_the_gate() -> None:
    """Accepting is made in one place, with the gate; what waits is judged anew by the same acceptance."""
    assert calls("Acceptance") == {"app.py"}
    assert calls("Judging") == {"app.py"}
    assert "judging=Judging(" in (HOUSE / "app.py").read_text()


def test_what_is_accepted_or_promoted_was_judged() -> None:
    """The statement that writes tickets is called where the gate's word is at hand."""
    assert calls("columns_of") == {"messages/accept.py", "messages/promote.py"}
    for file in ("messages/accept.py", "messages/promote.py"):
        assert ".judge(" in (HOUSE / file).read_text(), file
