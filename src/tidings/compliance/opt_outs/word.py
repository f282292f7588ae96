"""What a person may say to a sender in one word."""

from enum import StrEnum


class Word(StrEnum):
    STOP = "STOP"
    """No more messages of this scope."""
    START = "START"
    """Messages again."""
    HELP = "HELP"
    """Who is this, and how does it end?"""
