"""Amounts of money in words, alike wherever they are read."""

from math import floor, log10

_DECIMALS = 9
"""Money is counted in whole nano-USD."""


def dollars(usd: float) -> str:
    """`$5.00`, `$1,234.50`; less than ten cents with the two digits that count: `$0.07`, `$0.015`, `$0.000031`.

    Args:
        usd: 0 or more.
    """
    if usd <= 0 or usd >= 0.1:
        return f"${usd:,.2f}"
    whole, _, part = f"{usd:.{min(_DECIMALS, 1 - floor(log10(usd)))}f}".partition(".")
    return f"${whole}.{part.rstrip('0'):0<2}"
