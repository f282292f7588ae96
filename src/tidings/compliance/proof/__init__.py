"""Proof packs: what is known of one person in one archive, bound to a root, and checked with nothing else."""
