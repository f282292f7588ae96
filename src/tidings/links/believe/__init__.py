"""Whose clicks are people's: raw evidence judged by a versioned rule, and counted."""
