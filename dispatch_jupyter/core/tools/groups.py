"""Groups of tools, by what they are for: how an agent's template names what it may use."""

from collections.abc import Iterable, Sequence

from ..protocol.parts import Operation

GROUPS: dict[str, tuple[str, ...]] = {
    "read": ("read_file", "read_file_slice", "list_files"),
    "edit": ("write_file", "edit_file"),
    "shell": ("run_shell", "list_jobs", "read_job", "stop_job"),
}
ALWAYS = ("task_list", "use_skill", "key_usage")
"""What every agent has: they touch nothing but its own records."""
NEEDS: dict[str, Operation] = {"read": "read", "edit": "write", "shell": "execute"}
"""The operation that an agent must be allowed for the tools of a group to be of use to it."""


def known_names() -> frozenset[str]:
    """All names of tools and groups."""
    return frozenset((*GROUPS, *ALWAYS, *(name for names in GROUPS.values() for name in names)))


def tool_names(wanted: Sequence[str] | None, operations: Iterable[Operation]) -> frozenset[str]:
    """The tools of an agent.

    Args:
        wanted: names of tools and groups; None: all.
        operations: what it may do at most.
    """
    asked = [*GROUPS] if wanted is None else wanted
    named = {name for item in asked for name in GROUPS.get(item, (item,))}
    allowed = set(operations)
    useless = {name for group, names in GROUPS.items() if NEEDS[group] not in allowed for name in names}
    return frozenset((named - useless) | set(ALWAYS))
