"""Which numbers of people the carriers have taken out of service."""
