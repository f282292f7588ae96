"""The budgets that the lanes of one 10DLC campaign share: each network's rate, and the campaign's over all networks.

All lanes of a campaign lie in one bucket, so whoever dispatches it holds these in memory. Pure.
"""

from __future__ import annotations

from tidings.lanes.allowance import Network, Rates
from tidings.lanes.budget import RateBudget


class CampaignBudgets:
    """`free_at` is from when on an earlier owner left the campaign free, in epoch seconds."""

    __slots__ = ("_networks", "_total", "rates")

    def __init__(self, rates: Rates, *, free_at: float = 0.0) -> None:
        self.rates = rates
        self._networks = {network: RateBudget(mps=rates.at(network), free_at=free_at) for network in Network}
        self._total = RateBudget(mps=rates.total, free_at=free_at)

    def of(self, network: str | None) -> tuple[RateBudget, ...]:
        """What a lane has to pass: its network's, or every network's while it is not known, and the campaign's."""
        if network is None:
            return (*self._networks.values(), self._total)
        return (self._networks[Network(network)], self._total)

    def change(self, rates: Rates, *, now: float) -> None:
        if rates == self.rates:
            return
        self.rates = rates
        for network, budget in self._networks.items():
            budget.set_mps(rates.at(network), now=now)
        self._total.set_mps(rates.total, now=now)
