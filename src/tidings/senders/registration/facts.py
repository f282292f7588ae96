"""Every kind of fact that registration writes; docs/reference/facts.md is written from it.

The subject is the id of the brand, the campaign or the verification. Facts of registrations stand in bucket 0.
"""

from collections.abc import Mapping

WRITES: Mapping[str, str] = {
    "brand.submitted": "A brand was given to the registry, for the first time or again.",
    "brand.taken_up": "The registry looks at a brand.",
    "brand.approved": "The registry knows a brand, with its trust score.",
    "brand.rejected": "The registry rejected a brand.",
    "brand.vetted": "A vetting of a brand went well; the brand may have another score.",
    "brand.not_vetted": "A vetting of a brand failed.",
    "brand.identified": "The owner of a sole proprietor's brand has answered the one-time passcode.",
    "tendlc.submitted": "A 10DLC campaign was given to the registry, for the first time or again.",
    "tendlc.taken_up": "The registry looks at a campaign.",
    "tendlc.approved": "A campaign is registered: the long codes of its service may text the US.",
    "tendlc.rejected": "The registry rejected a campaign.",
    "tendlc.deleted": "A campaign was deleted: the long codes of its service may not text the US.",
    "tollfree.submitted": "The verification of a toll-free number was submitted, for the first time or again.",
    "tollfree.taken_up": "The verification of a toll-free number is being looked at.",
    "tollfree.approved": "A toll-free number is verified: it may text the US and Canada.",
    "tollfree.rejected": "The verification of a toll-free number was rejected.",
    "tollfree.deleted": "The verification of a toll-free number was deleted: it may not text the US and Canada.",
}
"""Each kind with what happened."""

_REASONS = {"reasons": "list of `code`, `description` and `fields`"}

DETAIL: Mapping[str, Mapping[str, str]] = {
    "brand.approved": {"score": "the trust score, null without a vetting"},
    "brand.rejected": _REASONS,
    "brand.vetted": {"score": "the trust score after it"},
    "tendlc.rejected": _REASONS,
    "tollfree.rejected": _REASONS,
}
"""What `detail` may hold; null where nothing is named."""
