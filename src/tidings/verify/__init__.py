"""Verify: one-time codes that prove that somebody has a number; Twilio's `verify/v2`."""
