"""Every kind of fact that this slice writes; docs/reference/facts.md is written from it.

The subject of each is the message's id. The newest of the facts that name a state (`states.py`) is the message's state.
"""

from collections.abc import Mapping

WRITES: Mapping[str, str] = {
    "message.accepted": "Accepted through a messaging service, or held; `queued`, `failed` or `held` follows at once.",
    "message.held": "The gate lets it wait: judged anew at `until`; or until what the person wrote is judged, hourly.",
    "message.scheduled": "Accepted, to leave at its SendAt.",
    "message.queued": "It has its place in its lane: when accepted, or when the time of a scheduled one has come.",
    "message.rerouted": "The carrier takes no short code here: it goes by a long code of its service, if there is one.",
    "message.sent": "The carrier has taken all its parts.",
    "message.delivered": "The carrier says that all its parts arrived.",
    "message.undelivered": "The carrier, or the phone, said no, or a network's cap for the day is spent.",
    "message.failed": "It is not sent: expired, overflowed, given up when in doubt, account suspended, or refused.",
    "message.canceled": "A scheduled message was canceled by its owner before its time.",
    "message.received": "A person wrote: the message is kept, and nobody has been told of it yet.",
    "message.answered": "Replies to it were promised: automatic ones, or those of whoever is told of it.",
    "message.doubted": "It may or may not have left: a dispatcher died, or the carrier did not answer.",
    "message.redacted": "Its owner emptied its body.",
    "message.deleted": "Its owner deleted it; body and numbers are gone.",
}
"""Each kind with what happened."""

DETAIL: Mapping[str, Mapping[str, str]] = {
    "message.failed": {
        "code": "the error code",
        "rule": "suppression/ and the code, where an earlier message's end keeps this one back",
    },
    "message.undelivered": {"code": "the error code", "done_date": "the carrier's own time, YYMMDDhhmm"},
    "message.delivered": {"done_date": "the carrier's own time, YYMMDDhhmm"},
    "message.rerouted": {"code": "the code that the carrier's answer means"},
    "message.held": {
        "rule": "the rule that holds it; `opt_out_review`: the person may have meant to opt out",
        "until": "when it is judged anew",
        "verdict": "what the gate said, with the rule's text, version and source and the values it saw",
    },
    "message.received": {
        "opt_out_type": "`STOP`, `START` or `HELP`, when the service has Advanced Opt-Out and the text was its keyword"
    },
    "message.doubted": {
        "rule": "`resend` (back to the queue) or `give_up` (`message.failed` with 30410 follows)"
    },
}
"""What `detail` may hold; null where nothing is named."""
