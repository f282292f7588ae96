"""Every kind of fact that this slice writes; docs/reference/facts.md is written from it.

The subject of each is the person's own id (`subject_of` of `compliance/subject.py`): all that is known of one person
stands in one bucket, in order.
"""

from collections.abc import Mapping

WRITES: Mapping[str, str] = {
    "recipient.opted_out": "A person wants no more messages of this scope.",
    "recipient.opted_in": "An opt-out, or a doubt, was lifted: by the person's own word, or by hand with a reason.",
    "recipient.review": "A person said what may be an opt-out: marketing is held until a human has decided.",
    "recipient.cleared": "A human decided that what was said is no opt-out.",
}
"""Each kind with what happened."""

_DETAIL: Mapping[str, str] = {
    "recipient": "the person's address",
    "scope": "a service's id (32 hexadecimal digits), or a sender's address",
    "source": "keyword, phrase, network, doubt, review, api, command_line, import or consents",
    "keyword": "the keyword, or the rule that matched; null where neither did",
    "message": "the id of the inbound message; null where there was none",
    "reason": "what was given as the reason; null where nothing was",
}
DETAIL: Mapping[str, Mapping[str, str]] = dict.fromkeys(WRITES, _DETAIL)
"""What `detail` holds."""
