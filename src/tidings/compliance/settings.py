"""How strictly the gate judges the messages of an account. Pure."""

from dataclasses import dataclass

from tidings.compliance.quiet_hours import Hours, Mode
from tidings.compliance.verdict import Traffic


@dataclass(frozen=True, slots=True)
class GateSettings:
    """`marketing` and `other`: how far the rules of quiet hours are followed for marketing, and for all else. `window`:
    hours of the company's own, which narrow those of the rules. `margin_seconds`: so long before a window shuts
    nothing leaves any more, since carriers take their time.
    """

    marketing: Mode = Mode.CAREFUL
    other: Mode = Mode.LAW
    window: Hours | None = None
    margin_seconds: int = 60

    def mode_of(self, traffic: Traffic) -> Mode:
        return self.marketing if traffic is Traffic.MARKETING else self.other
