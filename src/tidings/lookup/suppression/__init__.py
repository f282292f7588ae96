"""Suppression: ends of messages that will not change keep the next message from being sent for nothing."""
