"""Consent: what people agreed to, a ledger that proves it, and what the gate makes of it."""

from tidings.compliance.consent.decide import (
    ConsentMode,
    ConsentSetting,
    Outgoing,
    RevokeAll,
    decide,
    matters,
)
from tidings.compliance.consent.law import ConsentLaws
from tidings.compliance.consent.standing import UNKNOWN, Known, Standing
from tidings.compliance.consent.standings import standings

__all__ = [
    "UNKNOWN",
    "ConsentLaws",
    "ConsentMode",
    "ConsentSetting",
    "Known",
    "Outgoing",
    "RevokeAll",
    "Standing",
    "decide",
    "matters",
    "standings",
]
