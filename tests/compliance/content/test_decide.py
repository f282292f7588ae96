"""What the gate makes of findings, by the account's setting."""

from tests.compliance.content.builders import LINTER, envelope, sender_id

from tidings.compliance.content import Lint, decide
from tidings.compliance.verdict import Refused
from tidings.kernel.codes import BODY_CANNOT_BE_SENT, FROM_NOT_CAPABLE

BARRED = LINTER.lint("Acme: fresh edibles today. Beer too. Reply STOP to end", envelope())


def test_off_says_nothing() -> None:
    assert decide(BARRED, Lint.OFF, version="1") == ()


def test_warn_writes_everything_down_and_lets_it_pass() -> None:
    applied = decide(BARRED, Lint.WARN, version="2026-11")
    assert not isinstance(applied, Refused)
    assert [one.rule.id for one in applied] == ["content/US/topic/cannabis", "content/US/topic/alcohol"]
    assert {one.rule.version for one in applied} == {"2026-11"}
    assert applied[0].saw == {"severity": "error", "saw": "edibles"}


def test_refuse_stops_what_carriers_block_and_no_more() -> None:
    refused = decide(BARRED, Lint.REFUSE, version="1")
    assert isinstance(refused, Refused)
    assert refused.code is BODY_CANNOT_BE_SENT
    assert refused.applied.rule.id == "content/US/topic/cannabis"
    warned = decide(LINTER.lint("Acme: beer. Reply STOP to end", envelope()), Lint.REFUSE, version="1")
    assert not isinstance(warned, Refused)
    assert len(warned) == 1


def test_a_sender_that_is_not_taken_is_refused_as_a_sender() -> None:
    refused = decide(LINTER.lint("Acme: hi. STOP", sender_id("Acme", "US")), Lint.REFUSE, version="1")
    assert isinstance(refused, Refused)
    assert refused.code is FROM_NOT_CAPABLE
