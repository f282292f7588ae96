"""Every kind of fact that this slice writes; docs/reference/facts.md is written from it. The subject of each is the
message's id."""

from collections.abc import Mapping

CLICKED = "link.clicked"

WRITES: Mapping[str, str] = {
    CLICKED: "A short link of the message was followed, and the click was judged.",
}
"""Each kind with what happened."""

DETAIL: Mapping[str, Mapping[str, str]] = {
    CLICKED: {
        "click": "the id of the click",
        "code": "the link's code",
        "verdict": "`person`, `machine` or `unsure`, as it was judged first",
        "reason": "why",
        "first": "whether it is the first click of a person on the message",
    },
}
"""What `detail` holds."""
