"""Webhooks of messages from people: told to whoever owns the number, and answered in TwiML or plain text."""
