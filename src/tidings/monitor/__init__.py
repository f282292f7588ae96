"""What went wrong and somebody should look at: alerts, each about one thing, with what was asked and answered."""

from tidings.monitor.alert import Alert, Exchange, raise_alerts

__all__ = ["Alert", "Exchange", "raise_alerts"]
