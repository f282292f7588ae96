"""A message's life: accept, dispatch, settle. README.md has the map; this door is what other slices may use."""

from tidings.messages.targets import CallbackTarget, callback_targets

__all__ = ["CallbackTarget", "callback_targets"]
