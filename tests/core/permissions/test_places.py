"""Known places: what counts as secret, as wide, as a program, on a home folder made for it."""

import os
import sys
from pathlib import Path

import pytest

from dispatch_jupyter.core.permissions.places import Places, Secret, places_of
from dispatch_jupyter.core.permissions.policy import Policy
from pace import cpu_within


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "home" / "ada"
    folder.mkdir(parents=True)
    return folder


def what(places: Places, path: Path | str) -> str | None:
    secret = places.secret(Path(path))
    return secret.what if secret else None


@pytest.mark.parametrize(
    "name",
    [
        ".ssh/id_rsa", ".gnupg/private-keys-v1.d/x", ".aws/credentials", ".azure/x", ".kube/config", ".netrc",
        ".docker/config.json", ".git-credentials", ".config/git/credentials", ".pypirc", ".npmrc",
        ".config/gh/hosts.yml", ".config/gcloud/x", ".local/share/keyrings/x", ".mozilla/firefox/p/cookies.sqlite",
        ".config/google-chrome/x", ".password-store/x.gpg", ".bash_history", ".python_history", ".ipython/x",
        ".config/dispatch/dispatch.yaml", ".config/dispatch/trust.json", ".jupyter/jupyter_server_config.json",
        ".local/share/jupyter/runtime/jpserver-1.json", ".cargo/credentials.toml", ".claude/x",
    ],
)  # fmt: skip
def test_secrets_at_home(home: Path, name: str) -> None:
    places = places_of({}, home)
    assert what(places, home / name)
    assert what(places, home / name.upper()) == what(places, home / name)


@pytest.mark.parametrize(
    "name", ["", "notes.txt", ".config", ".config/git/config", ".gitconfig", ".sshx/y", ".local/share", ".cache/pip/x"]
)
def test_what_is_no_secret(home: Path, name: str) -> None:
    assert what(places_of({}, home), home / name) is None


def test_secrets_of_the_system(home: Path) -> None:
    places = places_of({}, home)
    assert what(places, "/etc/shadow") == "password hashes"
    assert what(places, "/run/secrets/kubernetes.io/serviceaccount/token")
    assert what(places, "/etc/hosts") is None


def test_jupyters_folders_by_variable(home: Path, tmp_path: Path) -> None:
    names = ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR")
    environ = {name: str(tmp_path.resolve() / name.lower()) for name in names}
    places = places_of(environ, home)
    for folder in environ.values():
        assert what(places, f"{folder}/jpserver-1.json") == "settings, tokens and history of Jupyter"


@pytest.mark.parametrize("value", ["/", "/tmp", "HOME", "PARENT", "/dev/null", "relative", ""])
def test_a_variable_does_not_close_a_wide_folder(home: Path, value: str) -> None:
    value = value.replace("HOME", str(home)).replace("PARENT", str(home.parent))
    places = places_of({"JUPYTER_RUNTIME_DIR": value, "HISTFILE": value}, home)
    for path in ("/x", "/tmp/x", home / "x", "/dev/null"):
        assert what(places, path) is None


def test_several_paths_in_a_variable(home: Path) -> None:
    places = places_of({"KUBECONFIG": "/k/one:/k/two"}, home)
    assert what(places, "/k/two") == "Kubernetes credentials"
    assert what(places, "/k/three") is None


def test_folders_that_xdg_moves(home: Path) -> None:
    places = places_of({"XDG_CONFIG_HOME": "/conf", "XDG_DATA_HOME": "/share"}, home)
    assert what(places, "/conf/dispatch/dispatch.yaml") == "your own settings of Dispatch"
    assert what(places, "/share/jupyter/runtime/x")
    assert what(places, home / ".config/gh/x")
    assert what(places, "/conf/other") is None


def test_dispatchs_own_data(home: Path) -> None:
    assert what(places_of({}, home, [home / "data"]), home / "data" / "x") == "Dispatch's own data"
    tokens = places_of({}, home, [home / "data"], [home / "runtime"])
    assert what(tokens, home / "runtime" / "x") == "settings, tokens and history of Jupyter"


def test_a_project_beside_dispatchs_data(home: Path) -> None:
    places = places_of({}, home, [home / "all", home / ".local/share/jupyter/dispatch"])
    policy = Policy(home / "all" / "proj", places=places)
    assert policy.decide("write", home / "all/proj/x").outcome == "allow"
    assert policy.decide("read", home / "all/sessions/x").rule == "secret place"
    inside = Policy(home / ".local/share/jupyter/dispatch", places=places)
    assert inside.decide("read", home / ".local/share/jupyter/dispatch/sessions/x").rule == "secret place"


def test_secrets_behind_links_count_by_both_names(home: Path) -> None:
    (home / "dotfiles" / "ssh").mkdir(parents=True)
    (home / ".ssh").symlink_to("dotfiles/ssh")
    (home / ".config" / "dispatch").mkdir(parents=True)
    (home / "dotfiles" / "dispatch.yaml").write_text("")
    (home / ".config" / "dispatch" / "dispatch.yaml").symlink_to(home / "dotfiles" / "dispatch.yaml")
    places = places_of({}, home)
    assert what(places, home / "dotfiles" / "ssh" / "id") == "SSH keys"
    assert what(places, home / ".ssh" / "id") == "SSH keys"
    assert what(places, home / "dotfiles" / "dispatch.yaml") == "your own settings of Dispatch"
    assert what(places, home / "dotfiles" / "vimrc") is None


def test_a_home_that_is_a_link(home: Path, tmp_path: Path) -> None:
    (tmp_path / "me").symlink_to(home)
    places = places_of({}, tmp_path / "me")
    assert places.home == home
    assert what(places, home / ".ssh/x") == "SSH keys"


def test_the_innermost_place_speaks() -> None:
    places = Places(None, (Secret(Path("/a"), "outer"), Secret(Path("/a/b"), "inner")))
    assert what(places, "/a/b/c") == "inner"
    assert [secret.what for secret in places.secrets_above(Path("/a/b"))] == ["inner", "outer"]
    assert [secret.what for secret in places.secrets_below(Path("/a"))] == ["inner"]
    assert len(places.secrets_below(Path("/"))) == 2


def test_what_is_run_later_is_guarded(home: Path) -> None:
    policy = Policy(home, places=places_of({}, home))
    for name in (".bashrc", ".config/fish/config.fish", ".config/autostart/x.desktop", ".gitconfig", ".local/bin/ls"):
        assert policy.decide("write", home / name).rule == "guarded", name
        assert policy.decide("read", home / name).rule == "project"
    assert policy.decide("write", home / "notes").rule == "project"


def test_working_in_a_home_folder_is_warned_of(home: Path) -> None:
    places = places_of({}, home)
    for project in (home, home.parent, Path("/"), home / ".ssh", home / ".ssh" / "x"):
        warning = places.about_project(project)
        assert warning is not None and warning.hint, project
    assert "your home folder" in places.about_project(home).message  # type: ignore[union-attr]
    assert places.about_project(home / "proj") is None
    assert places.about_project(Path("/srv/proj")) is None
    assert places.server is not None
    assert "environment of this server" in places.about_project(places.server.parent).message  # type: ignore[union-attr]


def test_somebody_without_a_home() -> None:
    places = places_of({}, Path("/"))
    policy = Policy(Path("/srv/proj"), places=places)
    assert policy.reach("read", Path("/etc/hosts")).covers == "/etc"
    assert what(places, "/.ssh/id") == "SSH keys"
    assert what(places, "/etc/hosts") is None
    assert Path("/usr") in places.system and Path("/") not in places.system
    assert Policy(Path("/srv/proj")).reach("read", Path("/etc/hosts")).covers == "/etc"


def test_programs(home: Path, tmp_path: Path) -> None:
    for name in (".pyenv/shims", "tool/bin", "bin", ".local/bin"):
        (home / name).mkdir(parents=True)
    path = [
        f"{home}/.pyenv/shims",
        f"{home}/tool/bin",
        f"{home}/bin",
        f"{home}/.local/bin",
        "/usr/bin",
        "",
        ".",
        str(home),
    ]
    places = places_of({"PATH": os.pathsep.join(path)}, home)
    for program in ("/usr/bin/ls", f"{sys.prefix}/bin/x", home / ".pyenv/versions/3/bin/python", home / "tool/lib/x"):
        assert places.is_program(Path(os.path.realpath(program))), program
    for program in (home / "bin/x", home / ".local/bin/x"):
        assert places.is_program(program)
    for other in (home, home / "x", home / ".local/share/x", Path("/"), Path("/home"), Path("/etc/x")):
        assert not places.is_program(other), other
    assert all(folder.is_dir() and folder == folder.resolve() for folder in places.system)
    assert not any(one != two and one.is_relative_to(two) for one in places.system for two in places.system)


def test_deciding_takes_no_time(home: Path) -> None:
    """Lists of files judge each folder: tens of thousands must not be felt."""
    policy = Policy(home / "proj", places=places_of({}, home))
    paths = [home / "proj" / str(number) / "file" for number in range(2000)]
    with cpu_within(1.0):
        for path in paths:
            policy.decide("read", path)
            policy.decide("write", path)
