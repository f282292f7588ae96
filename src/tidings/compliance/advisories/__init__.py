"""Advisories: which rules change, from when, and which services, senders and scheduled messages they touch."""
