"""Leave for longer than one call is for places that are there: a misspelt one would else be allowed in silence."""

import os
from collections.abc import Sequence
from pathlib import PurePath

from ..protocol.errors import Invalid
from ..protocol.records import Reach


def check_there(reaches: Sequence[Reach]) -> None:
    """That what a grant for all of these would cover is there, or will be made. Blocks on the file system.

    Leave to write makes its place, so it needs none, and what is read or run in that place is made with it.

    Raises:
        Invalid: names the first that is not there.
    """
    made = [PurePath(reach.covers) for reach in reaches if reach.operation == "write"]
    for reach in reaches:
        covers = PurePath(reach.covers)
        if any(covers.is_relative_to(place) or place.is_relative_to(covers) for place in made):
            continue
        if _is_missing(reach.covers):
            raise Invalid(
                f"There is nothing at {reach.covers}, so leave for it would mean nothing. Nothing was allowed.",
                "Allow it once, or deny it and tell the agent which path you mean.",
            )


def _is_missing(path: str) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:  # it cannot be looked at from here: nothing says that it is not there
        return False
    return False
