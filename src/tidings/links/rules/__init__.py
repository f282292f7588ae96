"""On a person's first click send this message after this delay."""
