from decimal import Decimal

import pytest

from tidings.kernel.money import Money


def test_amounts_of_one_currency_are_reckoned_exactly() -> None:
    price = Money(Decimal("0.0079"), "USD")
    assert price * 3 + price - price == Money(Decimal("0.0237"), "USD")
    assert -price < price


def test_two_currencies_are_never_reckoned_together() -> None:
    with pytest.raises(ValueError, match="USD and EUR"):
        Money(Decimal(1), "USD") + Money(Decimal(1), "EUR")


def test_what_is_no_money_is_refused() -> None:
    for amount, currency in ((Decimal("NaN"), "USD"), (Decimal(1), "usd"), (Decimal(1), "")):
        with pytest.raises(ValueError, match=r"not a"):
            Money(amount, currency)


def test_the_api_shows_a_price_as_taken() -> None:
    assert Money(Decimal("0.0075"), "USD").price_on_the_wire() == "-0.00750"
    assert str(Money(Decimal("0.0075"), "USD")) == "0.0075 USD"
