"""How far what a 10DLC campaign sends strays from what was registered for it."""

from tidings.compliance.drift.drift import Drift, Level, Oddity, drift_of
from tidings.compliance.drift.watch import CampaignDrift, RecentTexts, look, register

__all__ = ["CampaignDrift", "Drift", "Level", "Oddity", "RecentTexts", "drift_of", "look", "register"]
