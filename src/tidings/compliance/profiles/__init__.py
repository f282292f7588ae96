"""Profiles: what is known of where a recipient is, and the hours that they asked for."""

from tidings.compliance.profiles.profile import Profile, faults_of
from tidings.compliance.profiles.register import count, drop, keep, known, page

__all__ = ["Profile", "count", "drop", "faults_of", "keep", "known", "page"]
