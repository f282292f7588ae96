"""Tidings: a messaging platform of your own."""

__version__ = "0.1.0"
