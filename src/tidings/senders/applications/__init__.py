"""Applications: the addresses that messages lead to, kept under one name that numbers and messages give."""

from tidings.senders.applications.application import Application, Settings
from tidings.senders.applications.directory import Applications, application_of

__all__ = ["Application", "Applications", "Settings", "application_of"]
