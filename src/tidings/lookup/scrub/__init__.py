"""Scrub: a list of contacts made fit to be written to, with the reason of everything that was taken out."""
