"""Whom a verify service tells of what happens, and what."""
