"""A value from outside in an error message: short, whatever it is."""

from reprlib import Repr

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 60
_SHORT.maxlevel = 2


def shown(value: object) -> str:
    """The value as Python writes it, cut in the middle where it is long, and at a few levels' depth."""
    return _SHORT.repr(value)
