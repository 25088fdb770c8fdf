"""What commands get to know of the server's environment."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_jupyter.core.tools.shell.environment import Folders, command_environment, is_secret

FOLDERS = Folders(Path("/s/tmp"), Path("/c"))


def environment(server, env_pass=(), **options):
    return command_environment(server, FOLDERS, env_pass, **options)


SECRET_NAMES = [
    "JUPYTER_TOKEN", "JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN", "JPY_PARENT_PID", "JUPYTERHUB_OAUTH_SCOPES",
    "JUPYTERHUB_CLIENT_ID", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL", "AZURE_API_BASE",
    "GEMINI_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS", "MISTRAL_API_KEY", "HF_TOKEN", "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "SSH_AUTH_SOCK", "SSH_AGENT_PID", "GPG_AGENT_INFO",
    "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DOCKER_HOST", "KUBECONFIG", "GITHUB_TOKEN", "GH_TOKEN",
    "CONDA_TOKEN", "NVM_AUTH_HEADER", "MY_PASSWORD", "DB_PASSWD", "some_secret", "npm_config__authToken",
    "PGPASSWORD", "DATABASE_URL", "SENTRY_DSN", "PRIVATE_THING", "LC_API_KEY", "DISPATCH_SOMETHING", "VAULT_ADDR",
]  # fmt: skip
LOADED_NAMES = [
    "LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES", "BASH_ENV", "ENV", "SHELLOPTS", "PYTHONSTARTUP",
    "PYTHONHOME", "NODE_OPTIONS", "GIT_SSH_COMMAND", "GIT_CONFIG_COUNT", "PROMPT_COMMAND", "PERL5OPT", "IFS",
    "BASH_FUNC_ls%%", "GCONV_PATH",
]  # fmt: skip


@pytest.mark.parametrize("name", [*SECRET_NAMES, *LOADED_NAMES])
def test_never_passed_on_not_even_by_name(name):
    value = "a-value-to-be-found"
    assert value not in environment({name: value}, [name]).values()


@pytest.mark.parametrize(
    "name", ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TERM", "CONDA_PREFIX", "NVM_DIR", "SSL_CERT_FILE"]
)
def test_passed_on(name):
    assert environment({name: "/value"})[name].endswith("/value")


def test_the_rest_only_by_name():
    server = {"FLASK_APP": "app", "DJANGO_SETTINGS_MODULE": "x.y"}
    assert not environment(server).keys() & server.keys()
    assert environment(server, ["FLASK_APP", "NOT_SET"])["FLASK_APP"] == "app"


@pytest.mark.parametrize(
    "value",
    [
        "http://user:secret@proxy:3128",
        "https://:secret@proxy",
        "postgres://me:pw@db/x",
        "sk-abcdefghijklmnopqrstuv",
        "ghp_abcdefghijklmnopqrstuvwx",
        "x AKIAABCDEFGHIJKLMNOP y",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx",
        "-----BEGIN RSA",
    ],
)
def test_values_that_are_secrets_are_not_passed_on(value):
    server = {"http_proxy": value, "HTTPS_PROXY": value, "LANG": value, "MINE": value}
    assert value not in environment(server, ["MINE"]).values()


def test_a_proxy_without_a_password_is_passed_on():
    server = {"https_proxy": "http://proxy:3128", "NO_PROXY": "localhost", "http_proxy": "http://user@proxy"}
    got = environment(server)
    assert {name: got[name] for name in server} == server


def test_a_secret_inside_another_value_is_not_passed_on():
    server = {"DB_PASSWORD": "hunter22", "DSN": "host=x password=hunter22", "OTHER": "host=x"}
    got = environment(server, ["DSN", "OTHER"])
    assert "DSN" not in got and got["OTHER"] == "host=x"


def test_nothing_waits_for_a_key_and_nothing_is_kept_in_the_home_folder():
    got = environment(
        {"HOME": "/home/me", "TMPDIR": "/tmp", "PAGER": "less", "EDITOR": "vim", "CARGO_HOME": "/home/me/.c"}
    )
    assert got["HOME"] == "/home/me"
    assert (got["PAGER"], got["GIT_PAGER"], got["EDITOR"], got["GIT_TERMINAL_PROMPT"]) == ("cat", "cat", "true", "0")
    assert (got["TMPDIR"], got["TEMP"], got["TMP"]) == ("/s/tmp",) * 3
    moved = ["XDG_CACHE_HOME", "PIP_CACHE_DIR", "npm_config_cache", "CARGO_HOME", "UV_CACHE_DIR", "GOMODCACHE"]
    assert all(got[name].startswith("/c") for name in moved)


def test_where_rustup_is_not_set_up_it_is_not_set_up_by_commands(tmp_path):
    cache = str(FOLDERS.cache)
    assert environment({"HOME": str(tmp_path)})["RUSTUP_HOME"] == f"{cache}/rustup"
    assert environment({"HOME": str(tmp_path), "RUSTUP_HOME": "/opt/rustup"})["RUSTUP_HOME"] == "/opt/rustup"
    (tmp_path / ".rustup").mkdir()
    assert environment({"HOME": str(tmp_path)})["RUSTUP_HOME"] == f"{cache}/rustup"
    (tmp_path / ".rustup" / "settings.toml").write_text("")
    assert "RUSTUP_HOME" not in environment({"HOME": str(tmp_path)})


def test_the_path_has_absolute_folders_only_and_the_running_python():
    path = os.pathsep.join(["", ".", "bin", "/usr/bin", "/bin", "/usr/bin", "~/bin"])
    got = environment({"PATH": path}, interpreter="/venv/bin/python", in_venv=True)
    assert got["PATH"].split(os.pathsep) == ["/venv/bin", "/usr/bin", "/bin"]
    assert got["VIRTUAL_ENV"] == "/venv"
    got = environment({"PATH": "/usr/bin:/venv/bin"}, interpreter="/venv/bin/python", in_venv=True)
    assert got["PATH"] == "/usr/bin:/venv/bin" and "VIRTUAL_ENV" not in got
    assert "VIRTUAL_ENV" not in environment({"PATH": "/bin"}, interpreter="/usr/bin/python3", in_venv=False)


def test_what_programs_cannot_do_without():
    got = environment({})
    assert got["HOME"] and got["PATH"] and got["TERM"] and got["LANG"] == "C.UTF-8"
    assert environment({"LC_ALL": "de_DE"}).get("LANG") is None
    assert environment({"TERM": "dumb"})["TERM"] == "dumb"


_WORDS = st.sampled_from(["KEY", "Token", "secret", "PASSWORD", "passwd", "Credential", "auth", "AUTHORIZATION"])
_PARTS = st.text("ABCXYZabc_0", max_size=6)
_NAMES = st.builds(lambda a, b, c: f"V{a}{b}{c}", _PARTS, _WORDS, _PARTS) | st.builds(
    lambda family, rest: family + rest, st.sampled_from(["JUPYTER_", "AWS_", "OPENAI_", "SSH_", "JPY_", "HF_"]), _PARTS
)


@given(
    secrets=st.dictionaries(_NAMES, st.integers(0, 10**6), max_size=6),
    others=st.dictionaries(
        st.sampled_from(["LANG", "MINE", "OTHER", "http_proxy", "LC_TIME"]), st.text("ab/:", max_size=8)
    ),
    around=st.text("ab:/@", max_size=4),
    data=st.data(),
)
def test_no_value_of_a_secret_gets_through(secrets, others, around, data):
    """Not by its name, and not as a part of what the settings name."""
    server = {name: f"secret-value-{number}-" for name, number in secrets.items()}
    mixed = {f"MIX{place}": around + value for place, value in enumerate(server.values())}
    every = server | others | mixed
    assert all(is_secret(name) for name in secrets)
    env_pass = data.draw(st.lists(st.sampled_from(sorted(every)), unique=True)) if every else []
    got = "\n".join(environment(every, env_pass).values())
    assert not [value for value in server.values() if value in got]
