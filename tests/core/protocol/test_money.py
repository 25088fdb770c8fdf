"""Money in words: never so short that two amounts that differ look like nothing."""

import pytest

from dispatch_jupyter.core.protocol.money import dollars


@pytest.mark.parametrize(
    ("usd", "said"),
    [
        (0, "$0.00"),
        (5, "$5.00"),
        (1234.5, "$1,234.50"),
        (0.1, "$0.10"),
        (0.0999, "$0.10"),
        (0.07, "$0.07"),
        (0.015, "$0.015"),
        (0.004, "$0.004"),
        (0.000031, "$0.000031"),
        (0.00001, "$0.00001"),
        (1e-9, "$0.000000001"),
        (1e-12, "$0.00"),
    ],
)
def test_small_amounts_keep_the_digits_that_count(usd: float, said: str) -> None:
    assert dollars(usd) == said
