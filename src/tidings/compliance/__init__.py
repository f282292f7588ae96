"""What must not leave, and why: opt-outs so far."""
