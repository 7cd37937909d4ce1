"""How sure one can be of a share: a beta posterior, and a curve that only falls.

The posterior of a share after `yes` of `count` is Beta(yes + ½, count − yes + ½), from Jeffreys' prior; its
quantiles are the interval recommended for small numbers in L. D. Brown, T. T. Cai and A. DasGupta,
"Interval Estimation for a Binomial Proportion", Statistical Science 16 (2001) 101–133. The curve is the
monotone maximum-likelihood fit by pooling adjacent violators: M. Ayer, H. D. Brunk, G. M. Ewing, W. T. Reid
and E. Silverman, "An Empirical Distribution Function for Sampling with Incomplete Information", Annals of
Mathematical Statistics 26 (1955) 641–647. Within a pooled step the interval ignores that the step's borders
were chosen by the data, so it is a little too narrow; no decision hangs on it, only the picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from scipy.special import betainc, betaincinv

from goldseam.engine.authority.facts import Rate, Step

TAIL = 0.05


def rate_of(yes: int, count: int) -> Rate:
    """The share with its 90 per cent interval; an empty one says nothing at all (0 to 1)."""
    if count == 0:
        return Rate(0, 0, 0.0, 1.0)
    a, b = yes + 0.5, count - yes + 0.5
    low = 0.0 if yes == 0 else float(betaincinv(a, b, TAIL))
    high = 1.0 if yes == count else float(betaincinv(a, b, 1 - TAIL))
    return Rate(yes, count, low, high)


def probability_above(yes: int, count: int, wanted: float) -> float:
    """The probability that the true share is at least `wanted`."""
    return 1.0 - float(betainc(yes + 0.5, count - yes + 0.5, wanted))


def falling_curve(points: Iterable[tuple[Decimal, bool]]) -> tuple[Step, ...]:
    """The share of "yes" by amount, allowed only to fall as amounts grow. `points` are sorted by amount."""
    blocks: list[tuple[Decimal, Decimal, int, int]] = []
    for amount, yes in points:
        if blocks and blocks[-1][1] == amount:
            low, high, hits, count = blocks.pop()
            block = (low, high, hits + yes, count + 1)
        else:
            block = (amount, amount, int(yes), 1)
        blocks.append(block)
    pooled: list[tuple[Decimal, Decimal, int, int]] = []
    for block in blocks:
        pooled.append(block)
        while len(pooled) > 1 and _rises(pooled[-2], pooled[-1]):
            last, before = pooled.pop(), pooled.pop()
            pooled.append((before[0], last[1], before[2] + last[2], before[3] + last[3]))
    return tuple(Step(low, high, rate_of(hits, count)) for low, high, hits, count in pooled)


def _rises(left: tuple[Decimal, Decimal, int, int], right: tuple[Decimal, Decimal, int, int]) -> bool:
    """Whether the share to the right is not below that to the left (compared without division)."""
    return right[2] * left[3] >= left[2] * right[3]
