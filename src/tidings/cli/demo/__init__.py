"""`tidings demo`: whom it writes to, what it hears back, what it makes of it."""
