"""Puts `tests/` on the path, so that every test can `import model_server`."""

import pytest
from hypothesis import settings

# on a busy machine any example may take long
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    """litellm silences these for its process when it is imported; pytest forgets that after the test it happens in."""
    for warning in (
        "Items? .* on TypedDict class:UserWarning",
        "Pydantic serializer warnings:UserWarning",
        r"coroutine '\w*(Completion|Handler|LLM|Config)\w*\.[\w.<>]+' was never awaited:RuntimeWarning",
    ):
        config.addinivalue_line("filterwarnings", f"ignore:{warning}")
