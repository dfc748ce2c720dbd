"""The Wilson score interval of a proportion (Wilson 1927), for services without SciPy."""

import math

# Two-sided 95 %: the normal distribution's 0.975 quantile.
_Z = 1.959963984540054


def wilson_interval(successes: int, count: int) -> tuple[float, float]:
    """The 95 % interval, 0 to 1, of `successes` out of `count`; it contains their proportion.

    Raises:
        ValueError: there is no proportion of nothing.
    """
    if not 0 <= successes <= count or count == 0:
        raise ValueError(f"{successes} of {count} is no proportion")
    share, weight = successes / count, _Z**2 / count
    centre = share + weight / 2
    spread = _Z * math.sqrt(share * (1 - share) / count + weight / (4 * count))
    # Rounding must not put the proportion outside its interval where all or none succeeded.
    low = 0.0 if successes == 0 else min((centre - spread) / (1 + weight), share)
    high = 1.0 if successes == count else max((centre + spread) / (1 + weight), share)
    return low, high
