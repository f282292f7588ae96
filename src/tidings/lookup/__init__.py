"""Lookup: what is known of a number, by whom, and as of when; what a number must not be written to for."""
