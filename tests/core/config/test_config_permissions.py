"""`permissions:` and `shell:` of dispatch.yaml: what they mean, and what is said about what cannot be meant."""

import os
from pathlib import Path

import pytest

from dispatch_jupyter.core.config.entries import entry_id, real_path
from dispatch_jupyter.core.config.load import Config, load, user_file
from dispatch_jupyter.core.config.trust import set_trust, trusted_files


class Place:
    """A project and a person, each with a dispatch.yaml or without."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = folder / "project"
        self.home = folder / "home"
        self.environ = {"HOME": str(self.home)}
        self.project.mkdir()
        self.home.mkdir()

    def write(self, text: str, *, project: bool = False) -> Path:
        path = self.project / "dispatch.yaml" if project else user_file(self.environ)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def load(self, last: Config | None = None) -> Config:
        return load(self.project, self.environ, last)

    def leave(self) -> list[tuple[str, str]]:
        """What is allowed, of a configuration without faults."""
        config = self.load()
        assert config.errors == []
        return [(operation, str(path)) for operation, path, _ in config.settings.permissions.leave()]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path.resolve())


def auto_allow(*entries: str) -> str:
    return "permissions:\n  auto_allow:\n" + "".join(f"    - {entry}\n" for entry in entries)


def test_a_plain_path_allows_everything_there(place: Place) -> None:
    place.write(auto_allow("/no/such/place"))
    assert place.leave() == [("write", "/no/such/place"), ("execute", "/no/such/place")]


@pytest.mark.parametrize("operation", ["read", "write", "execute"])
def test_an_operation_alone(place: Place, operation: str) -> None:
    place.write(auto_allow(f"{{path: /etc, allow: {operation}}}"))
    assert place.leave() == [(operation, "/etc")]


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("~", "{home}"),
        ("~/data", "{home}/data"),
        ("$HOME/data", "{home}/data"),
        ("${HOME}/data/", "{home}/data"),
        ("data", "{config}/data"),
        ("../data", "{parent}/data"),
        ("/a/../b//c/.", "/b/c"),
        ("//a", "/a"),
        ("/", "/"),
        ("/with space/ü", "/with space/ü"),
    ],
)
def test_what_paths_mean(place: Place, written: str, means: str) -> None:
    file = place.write(auto_allow(f'{{path: "{written}", allow: read}}'))
    expected = means.format(home=place.home, config=file.parent, parent=file.parent.parent)
    assert place.leave() == [("read", expected)]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('""', "the path of a folder or a file is wanted"),
        ('"  "', "the path of a folder or a file is wanted"),
        ('"/a\\0b"', "the path of a folder or a file is wanted"),
        ('"/a\\nb"', "the path of a folder or a file is wanted"),
        ("/data/*", "a folder stands for all below it"),
        ("$DATA/x", "only $HOME is known"),
        ("/data/$X", "only $HOME is known"),
        ("~root/x", "home folders of others"),
        ("5", "`permissions.auto_allow.0`"),
        ("null", "`permissions.auto_allow.0`"),
        ("[/tmp]", "`permissions.auto_allow.0`"),
        ("{path: /etc}", "`permissions.auto_allow.0.allow`"),
        ("{path: /etc, allow: everything}", "`permissions.auto_allow.0.allow`"),
        ("{path: /etc, allow: [read]}", "`permissions.auto_allow.0.allow`"),
        ("{path: 5, allow: read}", "`permissions.auto_allow.0.path`"),
        ("{allow: read}", "`permissions.auto_allow.0.path`"),
        ("{pth: /etc, allow: read}", "`permissions.auto_allow.0"),
    ],
)
def test_a_faulty_entry_is_named_and_the_others_count(place: Place, entry: str, said: str) -> None:
    file = place.write("# mine\n" + auto_allow(entry, "/good"))
    config = place.load()
    assert all(f"{file}, line 4:" in error.message for error in config.errors), config.errors
    assert any(said in error.message for error in config.errors)
    assert [entry.path for entry in config.settings.permissions.auto_allow] == ["/good"]


def test_a_misspelt_field_of_an_entry_gets_a_suggestion(place: Place) -> None:
    place.write(auto_allow("{path: /etc, alow: read}"))
    assert any(error.hint == "Did you mean `allow`?" for error in place.load().errors)


def test_lines_are_right_after_a_faulty_entry(place: Place) -> None:
    file = place.write(auto_allow("5", "/good", "~x/y", "{path: /etc, allow: no}") + "shell:\n  timeout: soon\n")
    lines = [error.message.split(":")[0].removeprefix(f"{file}, line ") for error in place.load().errors]
    assert sorted(lines) == ["3", "5", "6", "8"]


@pytest.mark.parametrize(
    "text", ["permissions:\n  auto_allow:\n", "permissions: {auto_allow: []}\n", "permissions: {}\n"]
)
def test_an_empty_list_is_fine(place: Place, text: str) -> None:
    place.write(text)
    assert place.leave() == []


@pytest.mark.parametrize("text", ["permissions:\n  auto_allow: /tmp\n", "permissions: [a]\n", "permissions:\n"])
def test_what_is_no_list_allows_nothing(place: Place, text: str) -> None:
    place.write(text)
    config = place.load()
    assert len(config.errors) == 1
    assert config.settings.permissions.leave() == ()


@pytest.mark.parametrize(
    ("field", "value", "fine"),
    [
        ("timeout", "30", True),
        ("timeout", "0.5", True),
        ("timeout", "0", False),
        ("timeout", "-1", False),
        ("timeout", ".inf", False),
        ("timeout", ".nan", False),
        ("timeout", "soon", False),
        ("max_timeout", "600", True),
        ("env_pass", "[DATA_DIR, _x1]", True),
        ("env_pass", "", True),
        ("env_pass", "[A=B]", False),
        ("env_pass", "['']", False),
        ("env_pass", "[1]", False),
        ("env_pass", "PATH", False),
    ],
)
def test_the_shells_settings(place: Place, field: str, value: str, *, fine: bool) -> None:
    file = place.write(f"shell:\n  {field}: {value}\n")
    config = place.load()
    assert (config.errors == []) is fine
    assert all(f"{file}, line 2: `shell.{field}" in error.message for error in config.errors)


def test_the_shells_defaults(place: Place) -> None:
    shell = place.load().settings.shell
    assert (shell.timeout, shell.env_pass) == (120.0, [])
    assert shell.max_timeout >= 600


def test_lists_of_the_person_and_of_a_trusted_project_add_up(place: Place) -> None:
    place.write(auto_allow("/mine", "/both"))
    place.write(auto_allow("/both", "{path: theirs, allow: read}") + "shell: {env_pass: [X]}\n", project=True)
    (file,) = trusted_files(place.project, place.environ)
    set_trust(file.path, file.digest, True, place.environ)
    paths = [entry.path for entry in place.load().settings.permissions.auto_allow]
    assert paths == ["/mine", "/both", f"{place.project}/theirs"]


def test_one_file_for_both_counts_once_and_is_the_persons(place: Place) -> None:
    user_file(place.environ).parent.mkdir(parents=True)
    (place.project / "dispatch.yaml").write_text(auto_allow("/x"))
    user_file(place.environ).symlink_to(place.project / "dispatch.yaml")
    config = place.load()
    assert len(config.layers) == 1
    assert [entry.path for entry in config.settings.permissions.auto_allow] == ["/x"]


def test_ids_are_stable_and_of_what_is_meant(place: Place) -> None:
    place.write(auto_allow("{path: ~/x, allow: read}", f"{{path: {place.home}/y/../x/, allow: write}}"))
    ids = [grant for _, _, grant in place.load().settings.permissions.leave()]
    assert ids == [entry_id("read", f"{place.home}/x"), entry_id("write", f"{place.home}/x")]
    assert entry_id("read", "/etc") == "always-9c1e96cee1f11c3f"


# ---------------------------------------------------------------------- links


def test_links_lead_where_they_lead(place: Place) -> None:
    (place.folder / "real").mkdir()
    (place.folder / "link").symlink_to("real")
    place.write(auto_allow(f"{{path: {place.folder}/link/deep, allow: read}}"))
    assert place.leave() == [("read", f"{place.folder}/real/deep")]
    (_, _, grant) = place.load().settings.permissions.leave()[0]
    assert grant == entry_id("read", f"{place.folder}/link/deep")


@pytest.mark.parametrize("where", ["project", "writable", "writable by a link"])
def test_a_link_that_agents_could_bend_is_not_followed(place: Place, where: str) -> None:
    folder = place.project if where == "project" else place.folder / "shared"
    folder.mkdir(exist_ok=True)
    (folder / "link").symlink_to("/etc")
    (place.folder / "by-link").symlink_to(folder)
    writable = {"project": "/x", "writable": str(folder), "writable by a link": f"{place.folder}/by-link"}[where]
    place.write(auto_allow(writable, f"{{path: {folder}/link, allow: read}}"))
    config = place.load()
    (error,) = config.errors
    assert "a link to /etc that agents could change" in error.message and "line 4" in error.message
    assert all(str(path) != "/etc" and path.name != "link" for _, path, _ in config.settings.permissions.leave())


def test_a_loop_of_links_is_left_out(place: Place) -> None:
    (place.folder / "loop").symlink_to("loop")
    place.write(auto_allow(f"{place.folder}/loop"))
    (error,) = place.load().errors
    assert "loop" in error.message and "line 3" in error.message


def test_lines_of_what_is_left_are_right_after_a_faulty_entry(place: Place) -> None:
    (place.folder / "loop").symlink_to("loop")
    place.write(auto_allow("5", "~x", "/good", f"{place.folder}/loop"))
    assert ["line 6" in error.message for error in place.load().errors] == [False, False, True]


def test_where_there_is_nothing_yet_that_is_said_and_stops_nothing(place: Place) -> None:
    place.write(auto_allow(f"{place.folder}/project", f"{place.folder}/porject"))
    config = place.load()
    (warning,) = config.warnings
    assert (warning.code, warning.place.line) == ("not_there", 4)
    assert f"there is nothing at {place.folder}/porject yet" in warning.message
    assert config.errors == [] and config.describe().problems == [warning]
    assert f"{place.folder}/porject" in [path for _, path in place.leave()], "it counts all the same"
    (place.folder / "porject").mkdir()
    after = place.load(config)
    assert after.warnings == [] and after.version > config.version


def test_real_paths_are_the_systems(tmp_path: Path) -> None:
    base = tmp_path.resolve()
    (base / "a" / "b").mkdir(parents=True)
    (base / "up").symlink_to("a/b/..")
    (base / "a" / "abs").symlink_to(base / "up" / "b")
    for path in ("up", "a/abs", "up/abs/../b", "a/abs/new/er", "gone/x", "up/../a"):
        assert real_path(f"{base}/{path}", frozenset()) == os.path.realpath(base / path)
