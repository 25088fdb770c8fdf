"""Groups of tools, by what they are for: how an agent's template names what it may use."""

from collections.abc import Iterable, Sequence

from ..protocol.parts import Operation, SummonKind

GROUPS: dict[str, tuple[str, ...]] = {
    "read": ("read_file", "read_file_slice", "list_files"),
    "edit": ("write_file", "edit_file"),
    "shell": ("run_shell", "list_jobs", "read_job", "stop_job"),
    "summon": ("summon", "retrieve", "agent_status"),
    "peers": ("send_to_agent", "read_agent"),
}
ALWAYS = ("task_list", "use_skill", "key_usage", "ask_user")
"""What every agent has: they touch nothing but its own records."""
ONLY_DETACHED = ("report",)
"""What the runtime gives to agents that are to say themselves when they are done. Templates may name it; it does
nothing there."""
WATCHING = frozenset(("retrieve", "agent_status", "read_agent", "list_jobs", "read_job", "key_usage"))
"""What looks at things that go on by themselves: the same call again may give another result."""
ALSO_CALLED = {"send_to_tab": "send_to_agent", "read_tab": "read_agent"}
"""Names that are understood as well."""
NEEDS: dict[str, Operation] = {"read": "read", "edit": "write", "shell": "execute"}
"""The operation that an agent must be allowed for the tools of a group to be of use to it."""


def known_names() -> frozenset[str]:
    """All names of tools and groups."""
    grouped = (name for names in GROUPS.values() for name in names)
    return frozenset((*GROUPS, *ALWAYS, *ONLY_DETACHED, *ALSO_CALLED, *grouped))


def named_tools(names: Iterable[str]) -> frozenset[str]:
    """The tools that names of tools and groups mean, by the names that they have."""
    called = (ALSO_CALLED.get(name, name) for name in names)
    return frozenset(tool for name in called for tool in GROUPS.get(name, (name,)))


def tool_names(
    wanted: Sequence[str] | None, operations: Iterable[Operation], summons: Iterable[SummonKind] = ()
) -> frozenset[str]:
    """The tools of an agent, without those that the runtime gives by itself.

    Args:
        wanted: names of tools and groups; None: all.
        operations: what it may do at most.
        summons: which agents it may start; without any it has none of the tools for that.
    """
    named = named_tools(GROUPS if wanted is None else wanted)
    allowed = set(operations)
    groups = {group for group, needed in NEEDS.items() if needed not in allowed}
    groups |= set() if any(True for _ in summons) else {"summon"}
    useless = {name for group in groups for name in GROUPS[group]}
    return frozenset((named - useless - set(ONLY_DETACHED)) | set(ALWAYS))
