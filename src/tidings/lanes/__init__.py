"""Throughput budgets of what a carrier meters: pacing, order of leaving, overflow, fairness."""
