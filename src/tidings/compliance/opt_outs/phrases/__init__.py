"""Opt-outs in people's own words: rules in twelve languages, and what they find in a text. Pure and deterministic."""

from tidings.compliance.opt_outs.phrases.understand import Certainty, Understood, understand

__all__ = ["Certainty", "Understood", "understand"]
