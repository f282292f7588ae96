"""How likely it is that codes come back far more seldom than they should. Pure."""

import math

USUAL_RATE = 0.65
"""Of codes that come back, where an account has too few of its own to tell."""
LOWEST_RATE, HIGHEST_RATE = 0.3, 0.95
"""A baseline that an attack has dragged down already is not believed, nor that nobody will ever miss a code."""
STRENGTH = 4.0
"""How many codes the baseline weighs against what is seen."""
FAR_BELOW = 1 / 3
"""Of the baseline: what lies below it is no bad day any more."""


def doubt(*, matured: int, converted: int, baseline: float) -> float:
    """The probability that the rate lies below a third of the baseline: beta-binomial, the baseline as its prior.

    `matured` are the codes that had their time, `converted` those of them that came back.
    """
    baseline = min(max(baseline, LOWEST_RATE), HIGHEST_RATE)
    good = STRENGTH * baseline + converted
    bad = STRENGTH * (1 - baseline) + max(matured - converted, 0)
    return beta_below(good, bad, baseline * FAR_BELOW)


def beta_below(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function: how much of a beta distribution lies below x.

    By Lentz's continued fraction, as in Numerical Recipes 6.4; exact to 1e-10 for a, b up to some 10,000.
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > tiny else tiny)
    result = d
    for m in range(1, 400):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + term * d
            d = 1 / (d if abs(d) > tiny else tiny)
            c = 1 + term / c
            c = c if abs(c) > tiny else tiny
            result *= c * d
        if abs(c * d - 1) < 1e-12:
            break
    return result
