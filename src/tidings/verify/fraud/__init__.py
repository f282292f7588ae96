"""The fraud guard: codes that nobody will ever say are not paid for."""
