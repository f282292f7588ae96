"""Accounts, and what they prove themselves with."""

from tidings.accounts.create import Opened, create_account
from tidings.accounts.credentials import Credentials
from tidings.accounts.inactive import inactive_accounts
from tidings.accounts.tokens import drop_secondary, make_secondary, promote_secondary, tokens

__all__ = [
    "Credentials",
    "Opened",
    "create_account",
    "drop_secondary",
    "inactive_accounts",
    "make_secondary",
    "promote_secondary",
    "tokens",
]
