"""Entry: a number is checked where a person types it in, by a web page without a secret."""
