"""A rate as the API writes it. Pure."""

from decimal import ROUND_HALF_UP, Decimal


def percentage(part: int, whole: int) -> str:
    """With up to nine decimals, as Twilio writes it: 81.818181818; 0 of nothing."""
    if whole == 0:
        return "0"
    share = (Decimal(part * 100) / Decimal(whole)).quantize(Decimal("0.000000001"), ROUND_HALF_UP)
    return format(share.normalize(), "f")
