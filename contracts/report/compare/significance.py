"""Whether two series of times differ by more than chance: the test of Mann and Whitney, by its normal approximation."""

import math
from collections.abc import Sequence
from itertools import groupby
from statistics import median

LEAST_Z, LEAST_SHARE, LEAST_SECONDS = 3.3, 0.2, 0.005
"""Beyond noise: a z that chance gives once in a thousand times, and medians that differ by so much as to matter."""
LEAST_VALUES = 8
"""Values of each series below which the approximation does not hold."""


def beyond_noise(old: Sequence[float], new: Sequence[float]) -> bool:
    """Whether times, in seconds, have changed, and by an amount that matters."""
    if min(len(old), len(new)) < LEAST_VALUES:
        return False
    before, after = median(old), median(new)
    apart = abs(after - before)
    return apart > LEAST_SECONDS and apart > LEAST_SHARE * before and abs(z(old, new)) > LEAST_Z


def z(old: Sequence[float], new: Sequence[float]) -> float:
    """Return Mann and Whitney's U of two series as a number of standard deviations; above 0: `new` is greater."""
    values = sorted([(value, False) for value in old] + [(value, True) for value in new])
    rank_sum, ties, place = 0.0, 0, 0
    for _, group in groupby(values, key=lambda pair: pair[0]):
        equal = [is_new for _, is_new in group]
        rank_sum += sum(equal) * (place + (len(equal) + 1) / 2)
        ties += len(equal) ** 3 - len(equal)
        place += len(equal)
    n, m = len(old), len(new)
    u = rank_sum - m * (m + 1) / 2
    variance = n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1)))
    return (u - n * m / 2) / math.sqrt(variance) if variance > 0 else 0.0
