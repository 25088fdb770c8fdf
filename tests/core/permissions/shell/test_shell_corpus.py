"""How much of what commands touch is found, and how often a harmless one is taken for another."""

import pytest

from shell_corpus import FILES, load, score


@pytest.mark.parametrize("name", FILES)
def test_outside_paths_are_found(name: str) -> None:
    total = score(load(name))
    assert total.found_rate >= 0.97, "\n".join(total.missed)
    assert total.false_rate <= 0.02, "\n".join(total.false)
    assert len(total.other_operation) <= 0.02 * total.wanted, "\n".join(total.other_operation)
    assert not total.not_doubted


def test_the_corpus_is_large_and_has_no_case_twice() -> None:
    cases = [case for name in FILES for case in load(name)]
    assert len(cases) >= 400
    assert len({case.command for case in cases}) == len(cases)
