"""Periods of budgets: UTC days and months."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_jupyter.core.llm.period import EVER, day_of, window, window_of
from dispatch_jupyter.core.protocol.settings import Budget


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2024-02-28T23:59:59", "2024-03-01"),
        ("2024-02-29T23:59:59", "2024-03-01"),
        ("2023-02-28T23:59:59", "2023-03-01"),
        ("2100-02-28T12:00:00", "2100-03-01"),
        ("2000-02-29T12:00:00", "2000-03-01"),
        ("2026-12-31T23:59:59.999999", "2027-01-01"),
        ("2026-01-31T00:00:00", "2026-02-01"),
        ("2026-04-30T00:00:00", "2026-05-01"),
    ],
)
def test_a_month_ends_with_its_last_day(now, ends):
    found = window("month", datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found.ends == datetime.fromisoformat(ends).replace(tzinfo=UTC)
    assert (found.first, found.after) == (now[:8] + "01", ends)


@pytest.mark.parametrize(
    ("now", "first", "after"),
    [
        ("2024-02-28T23:59:59", "2024-02-28", "2024-02-29"),
        ("2024-02-29T00:00:00", "2024-02-29", "2024-03-01"),
        ("2023-02-28T12:00:00", "2023-02-28", "2023-03-01"),
        ("2026-12-31T12:00:00", "2026-12-31", "2027-01-01"),
    ],
)
def test_a_day_ends_at_midnight(now, first, after):
    found = window("day", datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert (found.first, found.after) == (first, after)


def test_days_are_those_of_utc_wherever_the_clock_is():
    in_auckland = datetime(2026, 3, 1, 9, 0, tzinfo=timezone(timedelta(hours=13)))
    assert day_of(in_auckland) == "2026-02-28"
    assert window("month", in_auckland).first == "2026-02-01"


def test_for_ever():
    assert window_of(None, datetime.now(UTC)) == window_of(Budget(usd=1, per="total"), datetime.now(UTC)) == EVER
    assert EVER.first <= "0001-01-01" < "9999-12-31" < EVER.after


@given(st.datetimes(datetime(1990, 1, 1), datetime(2190, 1, 1)), st.sampled_from(["day", "month"]))
def test_now_is_in_its_period_and_its_end_is_not(naive, per):
    now = naive.replace(tzinfo=UTC)
    found = window(per, now)
    assert found.first <= day_of(now) < found.after
    assert now < found.ends
    assert window(per, found.ends).first == found.after == day_of(found.ends)
    assert window(per, found.ends - timedelta(microseconds=1)) == found
