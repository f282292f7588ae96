"""The reference page says what the simulator does, neither more nor less."""

import re
from pathlib import Path

from tidings.carriers.simulator.faults import KINDS
from tidings.carriers.simulator.magic import MAGIC
from tidings.carriers.simulator.personality import KEYS, UNDELIVERED_CODES
from tidings.carriers.simulator.receipts import FAILURES
from tidings.carriers.simulator.received import Received

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "simulator.md").read_text()


def test_every_magic_number_is_in_the_page():
    assert re.findall(r"^\| (\d{4}) \|", PAGE, re.MULTILINE) == list(MAGIC)


def test_every_key_of_a_personality_is_in_the_page():
    section = PAGE.split("## Personality")[1].split("## Receipts")[0]

    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(KEYS)


def test_every_fault_is_in_the_page():
    assert re.findall(r'^\| `\{"kind": "(\w+)"', PAGE, re.MULTILINE) == list(KINDS)


def test_every_failure_is_in_the_page_as_it_is_sent():
    rows = re.findall(r"^\| (\d{5}) \| \w+ \| (\d{3}) \|", PAGE, re.MULTILINE)

    assert [(int(code), int(err)) for code, err in rows] == [
        (code, failure.gsm_error) for code, failure in FAILURES.items()
    ]
    assert tuple(FAILURES) == UNDELIVERED_CODES


def test_every_field_of_a_received_message_is_in_the_page():
    section = PAGE.split("A received message:")[1].split("Faults:")[0]

    assert set(re.findall(r"`(\w+)`", section)) >= set(Received.__struct_fields__)
