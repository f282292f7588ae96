"""Metrics are named alike and shown on one page."""

from __future__ import annotations

import pytest

from tidings.runtime import metrics


def test_a_metric_appears_on_the_page() -> None:
    counted = metrics.counter("tidings_test_things", "Things counted by a test.", ["kind"])
    counted.labels("a").inc(3)
    page, content_type = metrics.exposition()
    assert b'tidings_test_things_total{kind="a"} 3.0' in page
    assert b"# HELP tidings_test_things_total Things counted by a test." in page
    assert content_type.startswith("text/plain")


def test_a_metric_of_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match="must begin with tidings_"):
        metrics.gauge("things", "Things.")
