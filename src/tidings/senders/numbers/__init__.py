"""Numbers and short codes as an account sees them: ordered from a carrier's stock, settled, given back."""

from tidings.senders.numbers.acquire import NotAvailable, give_up, order

__all__ = ["NotAvailable", "give_up", "order"]
