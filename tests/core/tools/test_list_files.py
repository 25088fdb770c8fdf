"""list_files."""

import os
from itertools import count
from typing import Any

import pytest

from dispatch_jupyter.core.tools import scan
from dispatch_jupyter.core.tools.output import limit


@pytest.fixture
def project(agent: Any) -> Any:
    for path in ("README.md", "src/app.py", "src/lib/util.py", "src/lib/data.json", "docs/index.md", ".git/config"):
        agent.put(path, "x" * 1234)
    return agent


def listed(text: str) -> list[str]:
    """The paths, without sizes and notes."""
    return [line.split("  ")[0] for line in text.split("\n") if not line.startswith("[")]


def test_lists_all_sorted_with_sizes(project: Any) -> None:
    assert project.text("list_files") == (
        "README.md  1.2 kB\ndocs/\ndocs/index.md  1.2 kB\nsrc/\nsrc/app.py  1.2 kB\n"
        "src/lib/\nsrc/lib/data.json  1.2 kB\nsrc/lib/util.py  1.2 kB"
    )


def test_paths_of_a_folder_are_those_read_file_takes(project: Any) -> None:
    paths = listed(project.text("list_files", path="src/lib"))
    assert paths == ["src/lib/data.json", "src/lib/util.py"]
    assert project.text("read_file", path=paths[0])


@pytest.mark.parametrize(
    ("path", "glob", "expected"),
    [
        (".", "*.py", ["src/app.py", "src/lib/util.py"]),
        (".", "**/*.py", ["src/app.py", "src/lib/util.py"]),
        (".", "src/*.py", ["src/app.py"]),
        (".", "/*.md", ["README.md"]),
        (".", "*.{json,md}", ["README.md", "docs/index.md", "src/lib/data.json"]),
        (".", "src/**", ["src/app.py", "src/lib/data.json", "src/lib/util.py"]),
        (".", "lib", ["src/lib/data.json", "src/lib/util.py"]),
        ("src", "lib/*.py", ["src/lib/util.py"]),
        ("src", "src/*.py", []),
    ],
)
def test_globs(project: Any, path: str, glob: str, expected: list[str]) -> None:
    assert listed(project.text("list_files", path=path, glob=glob)) == expected


def test_no_match_says_so(project: Any) -> None:
    assert project.text("list_files", glob="*.rs") == "[no file in `.` matches `*.rs`]"
    assert project.code("list_files", glob="[z-a]") == "invalid_arguments"
    (project.root / "empty").mkdir()
    assert project.text("list_files", path="empty") == "[`empty` has nothing to list]"


def test_globs_with_signs_of_gitignore_are_names(agent: Any) -> None:
    agent.put("!a", "")
    agent.put("#b", "")
    agent.put("c", "")
    assert listed(agent.text("list_files", glob="!a")) == ["!a"]
    assert listed(agent.text("list_files", glob="#b")) == ["#b"]


def test_depth(project: Any) -> None:
    text = project.text("list_files", depth=1)
    assert listed(text) == ["README.md", "docs/", "src/"]
    assert "[2 folders not opened: they are deeper than depth]" in text


def test_gitignore_with_nested_ones(agent: Any) -> None:
    agent.put(".gitignore", "*.log\n/build/\n!keep.log\n# note\n\n")
    agent.put("pkg/.gitignore", "!wanted.log\nsecret\\ name\n/only-here\n")
    for path in (
        "a.log", "keep.log", "build/x", "pkg/build/x", "pkg/b.log", "pkg/wanted.log", "pkg/secret name",
        "pkg/deep/wanted.log", "only-here", "pkg/only-here",
    ):  # fmt: skip
        agent.put(path, "")
    text = agent.text("list_files")
    assert listed(text) == [
        ".gitignore", "keep.log", "only-here", "pkg/", "pkg/.gitignore", "pkg/build/", "pkg/build/x", "pkg/deep/",
        "pkg/deep/wanted.log", "pkg/wanted.log",
    ]  # fmt: skip
    assert "[5 ignored entries left out; ignored=true lists them]" in text
    assert "build/x" in listed(agent.text("list_files", ignored=True))


def test_rules_of_folders_above_hold_in_a_listed_folder(agent: Any) -> None:
    agent.put(".gitignore", "*.log\nnode_modules/\n")
    agent.put("src/a.log", "")
    agent.put("src/a.py", "")
    agent.put("node_modules/pkg/a.log", "")
    assert listed(agent.text("list_files", path="src")) == ["src/a.py"]
    # asked for by name: listed, though ignored
    assert "node_modules/pkg/a.log" in listed(agent.text("list_files", path="node_modules"))
    assert "node_modules/pkg/a.log" in listed(agent.text("list_files", path="node_modules/pkg"))


def test_a_gitignore_that_git_would_not_understand(agent: Any) -> None:
    agent.put(".gitignore", b"!\n[z-a]\n\xff\xfe\n*.log\n")
    agent.put("a.log", "")
    assert listed(agent.text("list_files")) == [".gitignore"]
    (agent.root / ".gitignore").unlink()
    os.mkfifo(agent.root / ".gitignore")
    assert listed(agent.text("list_files")) == [".gitignore", "a.log"]


def test_git_is_never_listed(agent: Any) -> None:
    agent.put("sub/.git/config", "")
    agent.put("work/.git", "gitdir: ..")
    assert listed(agent.text("list_files", ignored=True)) == ["sub/", "work/"]


def test_links_are_shown_not_followed(agent: Any) -> None:
    agent.put("src/a.py", "")
    (agent.root / "loop").symlink_to(".")
    (agent.root / "out").symlink_to("/etc")
    assert agent.text("list_files").split("\n") == ["loop -> .", "out -> /etc", "src/", "src/a.py  0 B"]
    assert agent.code("list_files", path="out") == "outside_project"
    assert len(listed(agent.text("list_files", path="loop"))) == 4


def test_special_things_are_named(agent: Any) -> None:
    os.mkfifo(agent.root / "pipe")
    (agent.root / os.fsdecode(b"odd\n\xff")).write_text("")
    assert agent.text("list_files").split("\n") == ["odd\\n\\xff  0 B", "pipe  (a pipe)"]


@pytest.mark.parametrize(
    ("path", "code"),
    [("..", "outside_project"), ("/", "outside_project"), ("missing", "not_found"), ("a.txt", "not_a_folder")],
)
def test_bad_paths(agent: Any, path: str, code: str) -> None:
    agent.put("a.txt", "")
    assert agent.code("list_files", path=path) == code


def test_many_entries_keep_the_upper_levels_and_say_what_is_left_out(agent: Any) -> None:
    for folder in range(30):
        for number in range(30):
            agent.put(f"d{folder:02}/f{number:02}.txt", "")
    agent.put("zz.txt", "")
    text = agent.text("list_files")
    assert limit(text, "c", agent.spill).text == text
    paths = listed(text)
    assert {f"d{folder:02}/" for folder in range(30)} < set(paths)
    assert "zz.txt" in paths
    assert paths == sorted(paths)
    assert f"[{931 - len(paths)} further entries left out: use a path, a glob or a depth]" in text


def test_stops_at_many_entries_and_at_time(agent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        agent.put(f"d/{number}", "")
    agent.put("e/f", "")
    monkeypatch.setattr(scan, "MAX_LOOKED_AT", 10)
    text = agent.text("list_files")
    assert "[not all was looked at: there are more than 10 entries; use a path or a depth]" in text
    monkeypatch.undo()
    ticks = count(step=3)
    monkeypatch.setattr(scan.Scan.__init__, "__kwdefaults__", {"clock": lambda: next(ticks)})
    assert "it took too long" in agent.text("list_files")


def test_a_folder_that_vanishes_is_noted(agent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    agent.put("d/f", "")
    agent.put("e/f", "")
    add = scan.Scan._add

    def remove_d(self: Any, path: str, entry: Any) -> Any:
        if path == "e/":
            (agent.root / "d" / "f").unlink()
            (agent.root / "d").rmdir()
        return add(self, path, entry)

    monkeypatch.setattr(scan.Scan, "_add", remove_d)
    text = agent.text("list_files")
    assert "d/  (There is no file" in text
    assert "e/f" in text


def test_a_link_that_takes_the_name_of_a_folder_is_not_listed(agent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    agent.put("d/f", "")
    agent.put("e/g", "")
    add = scan.Scan._add

    def link_d(self: Any, path: str, entry: Any) -> Any:
        if path == "d/":
            (agent.root / "d").rename(agent.root / "moved")
            (agent.root / "d").symlink_to("e")
        return add(self, path, entry)

    monkeypatch.setattr(scan.Scan, "_add", link_d)
    assert listed(agent.text("list_files")) == ["d/", "e/", "e/g"]
