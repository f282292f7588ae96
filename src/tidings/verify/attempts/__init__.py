"""What became of codes: every attempt to bring one, and how many came back."""
