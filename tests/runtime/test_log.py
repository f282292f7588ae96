"""Logs are structured, and hold no texts, numbers or secrets of people."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from tidings.runtime import log


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    log.configure(level="info", json=True, stream=stream, role="web")
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_its_sentence_fields_level_and_role(written: io.StringIO) -> None:
    structlog.get_logger("tidings.lanes").warning("lane slowed", lane="55501", wait_seconds=2)
    (line,) = lines(written)
    assert line["event"] == "lane slowed"
    assert (line["level"], line["role"], line["logger"]) == ("warning", "web", "tidings.lanes")
    assert (line["lane"], line["wait_seconds"]) == ("55501", 2)
    assert line["timestamp"].endswith("Z")


def test_bodies_numbers_and_secrets_are_left_out(written: io.StringIO) -> None:
    structlog.get_logger().info(
        "sent to +14155550123",
        body="Your code is 1234",
        to="+14155550123",
        auth_token="5ecret",
        url="postgresql://me:pa55@host/db",
        nested={"text": "hello", "list": ["+436601234567"]},
    )
    text = written.getvalue()
    for hidden in ("1234", "415555", "5ecret", "pa55", "hello", "43660"):
        assert hidden not in text
    (line,) = lines(written)
    assert line["event"] == "sent to +...23"
    assert line["body"] == "<17 characters>"


def test_numbers_in_an_exceptions_text_are_left_out(written: io.StringIO) -> None:
    try:
        raise ValueError("no route to +14155550123")
    except ValueError:
        structlog.get_logger().exception("failed")
    (line,) = lines(written)
    assert "ValueError: no route to +...23" in line["exception"]


def test_lines_of_libraries_have_the_same_form(written: io.StringIO) -> None:
    logging.getLogger("some.library").error("call to %s failed", "+14155550123")
    (line,) = lines(written)
    assert (line["event"], line["level"], line["role"]) == ("call to +...23 failed", "error", "web")


def test_lines_below_the_level_are_not_written(written: io.StringIO) -> None:
    structlog.get_logger().debug("fine detail")
    assert written.getvalue() == ""
