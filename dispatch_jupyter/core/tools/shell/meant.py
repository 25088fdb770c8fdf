"""Files that git is set to run, which no name tells: whether somebody gave leave for one, and the question for it."""

import os
from pathlib import Path

from ...permissions.faults import quoted
from ...permissions.policy import OutsideProject, Policy
from ...protocol.records import Reach
from .protected import is_run_by_git

OUTSIDE = "It is no ordinary file: git runs what it says, outside any confinement."


def is_meant(policy: Policy, target: Path) -> bool:
    """Whether somebody gave leave to write this very thing; leave for a folder around it does not mean it."""
    if _says_what_it_is(policy.reach("write", target)):
        return policy.decide("write", target).outcome == "allow"
    return any(rule.operation == "write" and rule.path == target for rule in policy.rules)


def reach_of(policy: Policy, target: Path) -> Reach:
    """What a person is asked."""
    reach = policy.reach("write", target)
    if _says_what_it_is(reach):
        return reach
    return reach.model_copy(update={"covers": reach.path, "caution": OUTSIDE, "guarded": True, "limit": "once"})


def check_meant(policy: Policy, target: Path) -> None:
    """Judge a write that the policy allows. Blocks.

    Args:
        target: real path of a file.

    Raises:
        OutsideProject: git is set to run the file, and nobody meant that.
    """
    if is_meant(policy, target):
        return
    written = (rule.path for rule in policy.rules if rule.operation == "write" and rule.origin != "scratch")
    tops = [top for top in (policy.project, *written) if top in target.parents]
    if tops and is_run_by_git(_there(min(tops, key=lambda top: len(top.parts))), target):
        raise OutsideProject(
            reach_of(policy, target),
            f"{quoted(str(target))} is not written without the user's leave: git runs it outside any confinement.",
            "The user decides.",
        )


def _there(top: Path) -> Path:
    """The folder itself, or the nearest around it that is there: leave may be for a folder that is to be made."""
    while top != top.parent:
        try:
            os.lstat(top)
        except (FileNotFoundError, NotADirectoryError):
            top = top.parent
        except OSError:
            break  # nobody can tell, and that is what is found out with it
        else:
            break
    return top


def _says_what_it_is(reach: Reach) -> bool:
    """Whether the policy knows it by its name; else it is known by where it was found."""
    return reach.guarded or reach.secret is not None
