"""Caps: how often a person may be written to, and how much a new account may send to other countries."""

from tidings.compliance.caps.asking import Abroad, Asking, asking_of
from tidings.compliance.caps.cap import Cap, Counting, Over, Send, Wish, decide
from tidings.compliance.caps.reservations import Reservations
from tidings.compliance.caps.reserve import give_back, reserve
from tidings.compliance.caps.settings import AccountCaps, CapSettings
from tidings.compliance.caps.settings_of import Caps

__all__ = [
    "Abroad",
    "AccountCaps",
    "Asking",
    "Cap",
    "CapSettings",
    "Caps",
    "Counting",
    "Over",
    "Reservations",
    "Send",
    "Wish",
    "asking_of",
    "decide",
    "give_back",
    "reserve",
]
