"""Opt-outs: what people say about being written to, and who must not be written to."""

from tidings.compliance.opt_outs.carry import carry
from tidings.compliance.opt_outs.hear import hear
from tidings.compliance.opt_outs.heard import Answer, Heard
from tidings.compliance.opt_outs.word import Word

__all__ = ["Answer", "Heard", "Word", "carry", "hear"]
