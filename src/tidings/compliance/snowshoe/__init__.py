"""One wording spread thin over many senders or link domains, found in what accounts really send."""

from tidings.compliance.snowshoe.watch import RecentWordings, look, register

__all__ = ["RecentWordings", "look", "register"]
