"""The contacts that an account has stored, scrubbed as a list is."""
