"""How strictly the gate judges the messages of an account: what its owner chose, with who and why."""

from tidings.compliance.gate.settings import Chosen, GateSettings, faults_of, settings_from
from tidings.compliance.gate.settings_of import GateSettingsOf, keep_choice

__all__ = ["Chosen", "GateSettings", "GateSettingsOf", "faults_of", "keep_choice", "settings_from"]
