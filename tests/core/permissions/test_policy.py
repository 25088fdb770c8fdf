"""The policy: pure decisions, one table of them, and what holds whatever the rules are."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_jupyter.core.permissions.guards import Guarded, guarded_by_name
from dispatch_jupyter.core.permissions.places import Places, Secret
from dispatch_jupyter.core.permissions.policy import RUN_BY_THE_SERVER, Origin, Policy, Rule, rules_of, scopes_of
from dispatch_jupyter.core.protocol.parts import Operation
from dispatch_jupyter.core.protocol.records import Reach

HOME = Path("/home/ada")
PROJECT = HOME / "code" / "proj"
SSH = Secret(HOME / ".ssh", "SSH keys")
OWN = Secret(HOME / ".local/share/dispatch", "Dispatch's own data")
PLACES = Places(
    HOME,
    (SSH, Secret(HOME / ".config/gh", "GitHub credentials"), OWN, Secret(Path("/etc/shadow"), "password hashes")),
    (Guarded(HOME / ".bashrc", "every new shell runs it"),),
    (Path("/usr"), Path("/opt/tool")),
)
RULES = (
    Rule("write", Path("/tmp/scratch"), "scratch"),
    Rule("read", OWN.path / "sessions/s1/spill", "kept"),
    Rule("read", Path("/data"), "auto_allow", "always-1"),
    Rule("write", Path("/srv/out"), "session", "g2"),
    Rule("execute", Path("/srv/bin"), "auto_allow", "always-3"),
)
POLICY = Policy(PROJECT, RULES, PLACES)

Row = tuple[Operation, str, str, str]
TABLE: list[Row] = [
    ("read", "{p}", "allow", "project"),
    ("write", "{p}/a/b.py", "allow", "project"),
    ("execute", "{p}/run.sh", "allow", "project"),
    ("read", "{p}/dispatch.yaml", "allow", "project"),
    ("write", "{p}/dispatch.yaml", "ask", "guarded"),
    ("write", "{p}/.dispatch/agents/reviewer.toml", "ask", "guarded"),
    ("write", "{p}/.skills/default/x.md", "allow", "project"),
    ("read", "{p}-evil/a", "ask", "outside the project"),
    ("read", "{p}evil", "ask", "outside the project"),
    ("read", "/home/ada/code", "ask", "outside the project"),
    ("read", "/HOME/ADA/WORK/PROJ/a", "ask", "outside the project"),
    ("read", "{p}/.git/hooks/pre-commit", "allow", "project"),
    ("write", "{p}/.git/hooks/pre-commit", "ask", "guarded"),
    ("write", "{p}/.git/config", "ask", "guarded"),
    ("write", "{p}/sub/.git/modules/x/config", "ask", "guarded"),
    ("execute", "{p}/.git/hooks/pre-commit", "allow", "project"),
    ("write", "{p}/.git", "ask", "guarded"),
    ("write", "{p}/.git/index", "allow", "project"),
    ("write", "{p}/.git/refs/heads/config", "allow", "project"),
    ("write", "{p}/.GIT/Hooks/x", "ask", "guarded"),
    ("write", "{p}/.envrc", "ask", "guarded"),
    ("write", "{p}/.vscode/tasks.json", "ask", "guarded"),
    ("write", "{p}/a/.idea/x", "ask", "guarded"),
    ("write", "{p}/jupyter_server_config.py", "ask", "guarded"),
    ("write", "{p}/git/hooks/x", "allow", "project"),
    ("write", "{p}/.github/workflows/x.yml", "allow", "project"),
    ("write", "/tmp/scratch/repo/.git/hooks/x", "allow", "scratch"),
    ("execute", "/tmp/scratch/a.out", "allow", "scratch"),
    ("read", "/tmp", "ask", "outside the project"),
    ("read", "/tmp/scratch-other/x", "ask", "outside the project"),
    ("read", "{own}/sessions/s1/spill/c1.txt", "allow", "kept"),
    ("write", "{own}/sessions/s1/spill/c1.txt", "ask", "secret place"),
    ("read", "{own}/sessions/s1/journal.jsonl", "ask", "secret place"),
    ("read", "{own}/sessions/s2/spill/c1.txt", "ask", "secret place"),
    ("read", "/data/x", "allow", "auto_allow"),
    ("write", "/data/x", "ask", "outside the project"),
    ("execute", "/data/x", "ask", "outside the project"),
    ("write", "/srv/out/x", "allow", "session grant"),
    ("read", "/srv/out/x", "allow", "session grant"),
    ("execute", "/srv/out/x", "ask", "outside the project"),
    ("execute", "/srv/bin/x", "allow", "auto_allow"),
    ("read", "/srv/bin/x", "allow", "auto_allow"),
    ("write", "/srv/bin/x", "ask", "outside the project"),
    ("write", "/srv/out/.git/hooks/x", "ask", "guarded"),
    ("read", "/home/ada/.ssh", "ask", "secret place"),
    ("read", "/home/ada/.ssh/id_rsa", "ask", "secret place"),
    ("read", "/home/ada/.SSH/id_rsa", "ask", "secret place"),
    ("read", "/home/ada/.sshd", "ask", "outside the project"),
    ("read", "/home/bob/.ssh/id_rsa", "ask", "secret place"),
    ("read", "/root/.AWS/credentials", "ask", "secret place"),
    ("read", "/data/x/.netrc", "ask", "secret place"),
    ("read", "{p}/tests/.aws/credentials", "allow", "project"),
    ("write", "/tmp/scratch/.ssh/config", "allow", "scratch"),
    ("read", "/.vol/1/2", "deny", "refused place"),
    ("write", "/home/ada/.bashrc", "ask", "guarded"),
    ("read", "/home/ada/.bashrc", "ask", "outside the project"),
    ("read", "/dev/null", "allow", "device"),
    ("write", "/dev/null", "allow", "device"),
    ("read", "/dev/fd/3", "allow", "device"),
    ("read", "/dev/fdx", "ask", "outside the project"),
    ("write", "/dev/shm/x", "ask", "outside the project"),
    ("write", "/dev/pts/0", "ask", "outside the project"),
    ("read", "/dev/sda", "ask", "outside the project"),
    ("write", "/dev", "ask", "outside the project"),
    ("execute", "/usr/bin/ls", "allow", "program"),
    ("read", "/usr/share/x", "ask", "outside the project"),
    ("write", "/usr/bin/ls", "ask", "outside the project"),
    ("execute", "/opt/other/x", "ask", "outside the project"),
    ("read", "/proc", "ask", "outside the project"),
    ("read", "/proc/cpuinfo", "ask", "outside the project"),
    ("read", "/proc/self/environ", "deny", "refused place"),
    ("read", "/proc/1", "deny", "refused place"),
    ("read", "/proc/1/root/etc/passwd", "deny", "refused place"),
    ("write", "/proc/sys/kernel/core_pattern", "deny", "refused place"),
    ("read", "/proc/cpuinfo/x", "deny", "refused place"),
    ("read", "relative", "deny", "refused place"),
    ("read", "{p}/../../.ssh/id", "deny", "refused place"),
    ("read", "{p}/a\0b", "deny", "refused place"),
    ("read", "/x/\udcff", "deny", "refused name"),
    ("read", "{p}/\udcff", "allow", "project"),
]


@pytest.mark.parametrize(("operation", "path", "outcome", "rule"), TABLE)
def test_decisions(operation: Operation, path: str, outcome: str, rule: str) -> None:
    verdict = POLICY.decide(operation, Path(path.format(p=PROJECT, own=OWN.path)))
    assert (verdict.outcome, verdict.rule) == (outcome, rule)
    assert bool(verdict.reason) is (outcome == "deny")


def test_the_grant_is_named() -> None:
    assert POLICY.decide("read", Path("/srv/out/x")).grant_id == "g2"
    assert POLICY.decide("read", Path("/data")).grant_id == "always-1"


def test_leave_given_once_is_for_that_path_and_opens_secrets() -> None:
    key = SSH.path / "id_rsa"
    policy = POLICY.also(Rule("read", key, "once", exact=True))
    assert policy.decide("read", key).rule == "person: once"
    assert policy.decide("write", key).outcome == "ask"
    assert policy.decide("read", SSH.path / "id_ed25519").outcome == "ask"
    assert POLICY.decide("read", key).outcome == "ask"


def test_leave_given_once_for_a_folder_covers_what_is_in_it_but_no_secrets() -> None:
    policy = POLICY.also(Rule("write", Path("/etc/x"), "once", exact=True))
    assert policy.decide("read", Path("/etc/x")).outcome == "allow"
    assert policy.decide("write", Path("/etc/x/below")).outcome == "allow"
    assert policy.decide("execute", Path("/etc/x/below")).outcome == "ask"
    assert policy.decide("read", Path("/etc/xy")).outcome == "ask"
    assert policy.decide("write", Path("/etc/x/.git/hooks/pre-push")).outcome == "ask"
    home = POLICY.also(Rule("read", SSH.path.parent, "once", exact=True))
    assert home.decide("read", SSH.path.parent / "notes.txt").outcome == "allow"
    assert home.decide("read", SSH.path / "id_rsa").outcome == "ask"
    keys = POLICY.also(Rule("read", SSH.path, "once", exact=True))
    assert keys.decide("read", SSH.path / "id_rsa").outcome == "allow"


@pytest.mark.parametrize("origin", ["auto_allow", "session"])
@pytest.mark.parametrize("path", [SSH.path, SSH.path / "config", HOME, Path("/")])
def test_leave_for_longer_never_opens_secrets(origin: Origin, path: Path) -> None:
    policy = POLICY.also(Rule("write", path, origin, "g"))
    assert policy.decide("read", SSH.path / "config").rule == "secret place"
    assert SSH.path in policy.hidden()
    # whoever enforces the innermost rule finds what is hidden no further out
    assert not path.is_relative_to(SSH.path) or path in policy.hidden()


def test_leave_given_once_does_not_open_what_is_refused() -> None:
    path = Path("/proc/1/environ")
    assert POLICY.also(Rule("read", path, "once", exact=True)).decide("read", path).outcome == "deny"


def test_a_guarded_place_opens_for_leave_that_means_it() -> None:
    hooks = PROJECT / ".git/hooks"
    policy = POLICY.also(Rule("write", hooks, "session", "g9"))
    assert policy.decide("write", hooks / "pre-commit").grant_id == "g9"
    assert policy.decide("write", PROJECT / ".git/config").outcome == "ask"
    above = POLICY.also(Rule("write", PROJECT / ".git", "session"), Rule("write", Path("/"), "auto_allow"))
    assert above.decide("write", hooks / "pre-commit").outcome == "ask"


def test_home_as_the_project() -> None:
    policy = Policy(HOME, RULES, PLACES)
    assert policy.decide("write", HOME / "notes.txt").outcome == "allow"
    for name in (".ssh", ".ssh/id_rsa", ".config/gh/hosts.yml", ".local/share/dispatch/x"):
        assert policy.decide("read", HOME / name).rule == "secret place"
    assert policy.decide("read", HOME / "code/tests/.ssh/id").outcome == "allow"
    assert policy.decide("write", HOME / ".bashrc").rule == "guarded"
    assert policy.decide("read", HOME / ".bashrc").outcome == "allow"
    assert set(policy.hidden()) == {secret.path for secret in PLACES.secrets}


def test_a_project_inside_a_place_of_secrets() -> None:
    odd = Secret(Path("/runtime"), "Jupyter's", firm=False)
    firm = Secret(Path("/keys"), "keys")
    places = Places(HOME, (odd, firm))
    policy = Policy(Path("/runtime/proj"), (), places)
    assert policy.decide("write", Path("/runtime/proj/x")).outcome == "allow"
    assert policy.decide("read", Path("/runtime/x")).rule == "secret place"
    above = Policy(Path("/"), (Rule("write", Path("/"), "scratch"), Rule("read", Path("/"), "kept")), places)
    assert above.decide("read", Path("/runtime/x")).rule == "secret place"
    assert Policy(Path("/keys/proj"), (), places).decide("read", Path("/keys/proj/x")).rule == "secret place"


def test_what_is_hidden_from_wider_leave() -> None:
    opened = POLICY.also(Rule("read", SSH.path, "once", exact=True))
    assert SSH.path in POLICY.hidden()
    assert SSH.path in opened.hidden(), "or wider leave to write would open it to be written"
    kept = Policy(PROJECT, (Rule("read", OWN.path, "kept"),), PLACES)
    assert OWN.path not in kept.hidden()


@pytest.mark.parametrize(
    ("operation", "path", "is_folder", "covers", "limit"),
    [
        ("read", "/etc/hosts", False, "/etc", "always"),
        ("read", "/etc", True, "/etc", "always"),
        ("read", "/etc/new", False, "/etc", "always"),
        ("read", "/foo", False, "/foo", "always"),
        ("read", "/foo", True, "/foo", "always"),
        ("read", "/", True, "/", "once"),
        ("read", "/home", True, "/home", "once"),
        ("read", "/home/ada", True, "/home/ada", "once"),
        ("read", "/home/bob", True, "/home/bob", "always"),
        ("read", "/home/bob/x", False, "/home/bob", "always"),
        ("read", "/home/ada/notes.txt", False, "/home/ada/notes.txt", "always"),
        ("read", "/home/ada/Documents/x", False, "/home/ada/Documents", "always"),
        ("read", "/home/ada/code/other.txt", False, "/home/ada/code/other.txt", "always"),
        ("read", "/home/ada/code", True, "/home/ada/code", "once"),
        ("read", "/home/ada/code/other", True, "/home/ada/code/other", "always"),
        ("read", "/home/ada/.config/x.toml", False, "/home/ada/.config/x.toml", "always"),
        ("read", "/home/ada/.config", True, "/home/ada/.config", "once"),
        ("read", "/home/ada/.config/app/x", False, "/home/ada/.config/app", "always"),
        ("read", "/home", False, "/home", "once"),
        ("write", "/dev/sda", False, "/dev/sda", "always"),
        ("read", "/proc/cpuinfo", False, "/proc/cpuinfo", "always"),
        ("read", "/home/ada/.ssh/id", False, "/home/ada/.ssh/id", "once"),
        ("read", "/home/ada/.ssh", True, "/home/ada/.ssh", "once"),
        ("read", "/etc/shadow", False, "/etc/shadow", "once"),
        ("read", "/home/bob/.ssh/id", False, "/home/bob/.ssh/id", "once"),
        ("write", "{p}/.git/hooks/x", False, "{p}/.git/hooks", "session"),
        ("write", "{p}/.git/config", False, "{p}/.git/config", "session"),
        ("write", "/home/ada/.bashrc", False, "/home/ada/.bashrc", "session"),
        ("read", "/x/.git/config", False, "/x/.git", "always"),
    ],
)
def test_what_a_person_is_asked(operation: Operation, path: str, is_folder: bool, covers: str, limit: str) -> None:
    reach = POLICY.reach(operation, Path(path.format(p=PROJECT)), is_folder=is_folder)
    assert (reach.covers, reach.limit) == (covers.format(p=PROJECT), limit)
    assert (reach.operation, reach.path) == (operation, path.format(p=PROJECT))
    assert (reach.secret is not None) is (POLICY.decide(operation, Path(reach.path)).rule == "secret place")
    assert reach.guarded is (POLICY.decide(operation, Path(reach.path)).rule == "guarded")
    assert (reach.caution is not None) is reach.guarded


@pytest.mark.parametrize(
    ("operation", "path", "warned"),
    [
        ("write", "/opt/env/lib/x.py", True),
        ("write", "/opt/env", True),
        ("write", "/opt", True),
        ("write", "/opt/other/x.py", False),
        ("read", "/opt/env/lib/x.py", False),
    ],
)
def test_of_what_the_server_itself_runs_a_person_is_warned(operation: Operation, path: str, warned: bool) -> None:
    policy = replace(POLICY, places=replace(POLICY.places, server=Path("/opt/env")))
    reach = policy.reach(operation, Path(path), is_folder=True)
    assert (reach.caution == RUN_BY_THE_SERVER) is warned and not reach.guarded
    assert reach.limit == "always", "it is theirs to decide"


@pytest.mark.parametrize("path", ["/", "/home", "/home/ada"])
def test_a_home_is_too_wide_wherever_the_project_is(path: str) -> None:
    policy = Policy(Path("/srv/proj"), (), PLACES)
    assert policy.reach("read", Path(path), is_folder=True).limit == "once"
    assert policy.reach("read", Path(path, "x")).covers == f"{path.rstrip('/')}/x"
    assert policy.reach("read", Path("/srv"), is_folder=True).limit == "once"


@pytest.mark.parametrize(
    ("operation", "path", "is_file"),
    [
        ("read", "/x", True),  # its folder is too wide: leave is for the file
        ("read", "/data/a.csv", False),  # leave is for its folder
        ("write", f"{PROJECT}/dispatch.yaml", True),
        ("write", f"{PROJECT}/.git/hooks/x", False),
    ],
)
def test_of_a_file_it_is_told_that_nothing_is_below_it(operation: Operation, path: str, is_file: bool) -> None:
    assert POLICY.reach(operation, Path(path), is_file=True).is_file is is_file
    assert not POLICY.reach(operation, Path(path)).is_file  # nobody looked: it may be a folder


def test_a_name_that_is_not_text_can_be_logged() -> None:
    reach = POLICY.reach("read", Path("/data/\udcff"))
    assert reach.path == "/data/\\udcff"
    reach.model_dump_json()


def test_how_long_leave_may_last() -> None:
    hosts, hook, key = (
        POLICY.reach("write", path) for path in (Path("/etc/hosts"), PROJECT / ".git/hooks/x", SSH.path / "id")
    )
    assert scopes_of([hosts]) == ("once", "session", "always")
    assert scopes_of([hosts, hook]) == ("once", "session")
    assert scopes_of([hosts, hook, key]) == ("once",)
    assert scopes_of([Reach(operation="read", path="/k", covers="/k", secret="keys")]) == ("once",)
    assert scopes_of([]) == ("once",)


def test_rules_from_settings() -> None:
    rules = rules_of([("read", Path("/a"), "always-1"), ("write", Path("/b"), "always-2")])
    assert rules == (
        Rule("read", Path("/a"), "auto_allow", "always-1"),
        Rule("write", Path("/b"), "auto_allow", "always-2"),
    )


def test_names_that_are_run_later() -> None:
    for name in ("x/.envrc", ".husky/pre-commit", ".devcontainer/devcontainer.json", ".pre-commit-config.yaml"):
        assert guarded_by_name(PROJECT / name)
    for name in ("envrc", ".envrc/x", ".vscodex/y", "hooks/x", "my_jupyter_config.txt", ".git/HEAD", ".gitignore"):
        assert guarded_by_name(PROJECT / name) is None


# ---------------------------------------------------------------------- whatever the rules are

PARTS = ("home", "ada", "code", "proj", "proj-evil", ".ssh", ".SSH", "id", "etc", "data", ".git", "hooks", "a")
paths = st.lists(st.sampled_from(PARTS), max_size=6).map(lambda parts: Path("/", *parts))
near = st.sampled_from([HOME, PROJECT, SSH.path, Path("/")]).flatmap(
    lambda base: st.lists(st.sampled_from(PARTS), max_size=3).map(lambda parts: base.joinpath(*parts))
)
anywhere = paths | near
operations = st.sampled_from(["read", "write", "execute"])
origins = st.sampled_from(["auto_allow", "session"])


@st.composite
def wide_rules(draw: st.DrawFn) -> Rule:
    operation: Operation = draw(operations)
    origin: Origin = draw(origins)
    return Rule(operation, draw(anywhere), origin, "g")


@given(operation=operations, path=anywhere)
def test_without_rules_nothing_outside_is_allowed(operation: Operation, path: Path) -> None:
    verdict = Policy(PROJECT, (), Places(HOME, PLACES.secrets)).decide(operation, path)
    assert (verdict.outcome == "allow") <= path.is_relative_to(PROJECT)


@given(operation=operations, path=anywhere, rules=st.lists(wide_rules(), max_size=4))
def test_outside_only_a_rule_that_covers_allows(operation: Operation, path: Path, rules: list[Rule]) -> None:
    verdict = Policy(PROJECT, tuple(rules), PLACES).decide(operation, path)
    if verdict.outcome == "allow" and verdict.rule != "program" and not path.is_relative_to(PROJECT):
        assert any(
            (path == rule.path or rule.path in path.parents) and operation in (rule.operation, "read") for rule in rules
        )


@given(operation=operations, path=anywhere, rules=st.lists(wide_rules(), max_size=4), more=wide_rules())
def test_more_rules_never_take_leave_away(operation: Operation, path: Path, rules: list[Rule], more: Rule) -> None:
    policy = Policy(PROJECT, tuple(rules), PLACES)
    if policy.decide(operation, path).outcome == "allow":
        assert policy.also(more).decide(operation, path).outcome == "allow"


@given(operation=operations, path=anywhere, rules=st.lists(wide_rules(), max_size=6))
def test_no_rule_but_once_opens_a_place_of_secrets(operation: Operation, path: Path, rules: list[Rule]) -> None:
    policy = Policy(HOME, tuple(rules), PLACES)
    if str(path).casefold().startswith(str(SSH.path)) and PLACES.secret(path):
        assert policy.decide(operation, path).rule == "secret place"
        assert policy.reach(operation, path).limit == "once"


@given(operation=operations, path=anywhere, is_folder=st.booleans(), rules=st.lists(wide_rules(), max_size=3))
def test_leave_that_is_offered_answers_the_question(
    operation: Operation, path: Path, is_folder: bool, rules: list[Rule]
) -> None:
    """A grant for what a question covers, or leave once, allows what was asked."""
    policy = Policy(PROJECT, tuple(rules), PLACES)
    if policy.decide(operation, path).outcome != "ask":
        return
    reach = policy.reach(operation, path, is_folder=is_folder)
    assert policy.also(Rule(operation, path, "once", exact=True)).decide(operation, path).outcome == "allow"
    if "session" in scopes_of([reach]):
        covered = Path(reach.covers)
        assert policy.also(Rule(operation, covered, "session")).decide(operation, path).outcome == "allow"
        assert not HOME.is_relative_to(covered) and not PROJECT.is_relative_to(covered)
        assert path.is_relative_to(covered)


@pytest.mark.parametrize(
    ("operations", "operation", "path", "outcome"),
    [
        ({"read"}, "write", "{p}/a.py", "deny"),
        ({"read"}, "write", "/srv/out/x", "deny"),
        ({"read"}, "write", "/tmp/scratch/x", "allow"),
        ({"read"}, "execute", "/usr/bin/ls", "deny"),
        ({"read"}, "read", "/srv/out/x", "allow"),
        ({"read"}, "read", "/etc/hosts", "ask"),
        ({"read", "write"}, "write", "{p}/a.py", "allow"),
        ({"read", "write"}, "execute", "{p}/run.sh", "deny"),
        ({"read", "execute"}, "execute", "{p}/run.sh", "allow"),
    ],
)
def test_no_leave_goes_further_than_an_agents_limits(operations, operation, path, outcome) -> None:
    policy = Policy(PROJECT, RULES, PLACES, frozenset(operations))
    verdict = policy.decide(operation, Path(path.format(p=PROJECT)))
    assert verdict.outcome == outcome
    if outcome == "deny":
        assert "may only read" in verdict.reason
