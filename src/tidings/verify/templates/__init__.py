"""Texts of an account's own that bring codes, beside those that ship."""
