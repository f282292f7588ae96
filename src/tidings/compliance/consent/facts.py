"""Every kind of fact that this slice writes; docs/reference/facts.md is written from it.

The subject of each is the person's own id (`subject_of` of `compliance/subject.py`).
"""

from collections.abc import Mapping

WRITES: Mapping[str, str] = {
    "consent.granted": "A person agreed to messages of this scope.",
    "consent.requested": "A person agreed, and was asked to confirm it.",
    "consent.confirmed": "A person confirmed a consent (double opt-in).",
    "consent.revoked": "A person withdrew a consent.",
    "consent.expired": "The time was over for which a consent had been given.",
}
"""Each kind with what happened."""

_DETAIL: Mapping[str, str] = {
    "recipient": "the person's address",
    "scope": "brand, topic:NAME, a service's SID, or a sender's address",
    "method": "how the person said so: web_form, keyword, paper, phone, in_person, app, import or other",
    "entry": "the place of the entry in the account's ledger",
}
DETAIL: Mapping[str, Mapping[str, str]] = dict.fromkeys(WRITES, _DETAIL)
"""What `detail` holds."""
