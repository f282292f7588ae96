"""Whether a carrier's receipts can be true. Pure.

A handset must be paged, take the message by radio and confirm it, and some of any thousand phones are off: receipts
that come faster than that, or that never say otherwise than delivered, are made up on the way. So are those of a
thousand messages with links of which nobody ever follows one.
"""

from dataclasses import dataclass

FASTEST_SECONDS = 0.3
"""From the carrier's answer to the handset's confirmation; what networks need at best is about half a second."""
FAST_SHARE = 0.05
FAST_LEAST = 100
ALL_DELIVERED_LEAST = 1_000
MISSING_SHARE = 0.10
MISSING_LEAST = 100
NEVER_FOLLOWED_LEAST = 1_000
"""Even where one in a hundred follows a link, a thousand people of whom none does come once in 20,000 times."""


@dataclass(slots=True)
class Tally:
    """Of one carrier: messages that it took and that were followed, and what became of them."""

    taken: int = 0
    delivered: int = 0
    undelivered: int = 0
    missing: int = 0
    too_fast: int = 0
    linked: int = 0
    """Those with links that are said to have arrived, and have had hours to be followed."""
    followed: int = 0
    """Of `linked`: those of which anybody, a preview too, asked for a link."""

    def add(self, more: "Tally", *, sign: int = 1) -> None:
        """Count others in, or with `sign` -1 out again."""
        self.taken += sign * more.taken
        self.delivered += sign * more.delivered
        self.undelivered += sign * more.undelivered
        self.missing += sign * more.missing
        self.too_fast += sign * more.too_fast
        self.linked += sign * more.linked
        self.followed += sign * more.followed


def doubts(tally: Tally) -> list[str]:
    """What speaks against the receipts, a sentence each; empty when nothing does."""
    found = []
    if tally.too_fast >= FAST_LEAST and tally.too_fast >= FAST_SHARE * tally.delivered:
        found.append(
            f"{tally.too_fast:,} of {tally.delivered:,} say delivered within {FASTEST_SECONDS:g} s of being sent, "
            "faster than a handset can confirm"
        )
    if tally.delivered >= ALL_DELIVERED_LEAST and tally.undelivered == 0:
        found.append(f"all {tally.delivered:,} say delivered, and not one otherwise")
    ended = tally.delivered + tally.undelivered + tally.missing
    if tally.missing >= MISSING_LEAST and tally.missing >= MISSING_SHARE * ended:
        found.append(f"{tally.missing:,} of {ended:,} never came within an hour")
    if tally.linked >= NEVER_FOLLOWED_LEAST and tally.followed == 0:
        found.append(
            f"{tally.linked:,} messages with links are said to have arrived, and not one link was followed"
        )
    return found
