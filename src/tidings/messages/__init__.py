"""A message's life: accept, dispatch, settle. README.md has the map; this door is what other slices may use."""

from tidings.messages.promise import Reply, promise
from tidings.messages.targets import CallbackTarget, Incoming, callback_targets, incoming

__all__ = ["CallbackTarget", "Incoming", "Reply", "callback_targets", "incoming", "promise"]
