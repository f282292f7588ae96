"""Factors: what people have beside a number. Here an app that shows codes that change with time (TOTP)."""
