"""Secrets: where they are found, what is said where they are not, and that they are shown nowhere."""

import asyncio
import os
import sys
import threading
import time
from types import ModuleType, SimpleNamespace

import pytest

from dispatch_jupyter.core.llm import secret_desk
from dispatch_jupyter.core.llm.redact import keep_out, redact
from dispatch_jupyter.core.llm.secret import Missing, Secret, SecretRef, read_secret
from dispatch_jupyter.core.llm.secret_desk import SecretDesk
from ring_world import ManualClock, play

VALUE = "hush-0123456789abcdef"


def of_file(path, environ=None):
    return read_secret(SecretRef("file", str(path)), environ or {})


def test_from_the_environment():
    found = read_secret(SecretRef("env", "MY_KEY"), {"MY_KEY": f" {VALUE}\n"})
    assert isinstance(found, Secret) and found.value == VALUE
    assert VALUE not in repr(found)


@pytest.mark.parametrize("environ", [{}, {"MY_KEY": ""}, {"MY_KEY": " "}])
def test_a_variable_that_is_not_set(environ):
    found = read_secret(SecretRef("env", "MY_KEY"), environ)
    assert isinstance(found, Missing)
    assert "MY_KEY is not set" in found.reason and "export MY_KEY=" in found.reason


def test_from_a_file(tmp_path):
    path = tmp_path / "key"
    path.write_text(f"{VALUE}\n")
    path.chmod(0o600)
    assert of_file(path) == Secret(VALUE)
    assert read_secret(SecretRef("file", "~/key"), {"HOME": str(tmp_path)}) == Secret(VALUE)


@pytest.mark.skipif(os.name == "nt", reason="modes of files")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_may_read_is_warned_of(tmp_path, mode):
    path = tmp_path / "key"
    path.write_text(VALUE)
    path.chmod(mode)
    found = of_file(path)
    assert isinstance(found, Secret) and found.value == VALUE
    assert "chmod 600" in found.warning


def test_files_that_hold_no_key(tmp_path):
    cases = {
        "empty": (b" \n", "is empty"),
        "two": (b"one\ntwo", "not a key"),
        "words": (b"ask Anna for it", "not a key"),
        "binary": (b"\xff\xfe\x00", "not a key"),
        "accents": ("schlüssel-123".encode(), "not a key"),
        "large": (b"x" * 20_000, "more than"),
    }
    for name, (data, said) in cases.items():
        path = tmp_path / name
        path.write_bytes(data)
        found = of_file(path)
        assert isinstance(found, Missing), name
        assert said in found.reason, name
        assert "schl" not in found.reason and "Anna" not in found.reason


def test_what_is_no_file(tmp_path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name, said in [("none", "cannot be read"), ("folder", "not a regular file"), ("pipe", "not a regular file")]:
        found = of_file(tmp_path / name)
        assert isinstance(found, Missing)
        assert said in found.reason and str(tmp_path) in found.reason
    relative = read_secret(SecretRef("file", "keys/work"), {})
    assert isinstance(relative, Missing) and "absolute" in relative.reason


# ---------------------------------------------------------------------- keyrings


@pytest.fixture
def keyring(monkeypatch):
    """A keyring package with one entry: the real one talks to the desktop of whoever runs the tests."""
    module = ModuleType("keyring")
    module.entries = {("work", "anna"): VALUE}
    module.get_password = lambda service, user: module.entries.get((service, user))
    module.get_credential = lambda service, _: next(
        (SimpleNamespace(password=value) for (name, _), value in module.entries.items() if name == service), None
    )
    monkeypatch.setitem(sys.modules, "keyring", module)
    return module


def test_from_a_keyring(keyring):
    assert read_secret(SecretRef("keyring", "work/anna"), {}) == Secret(VALUE)
    assert read_secret(SecretRef("keyring", "work"), {}) == Secret(VALUE)
    nothing = read_secret(SecretRef("keyring", "work/bob"), {})
    assert isinstance(nothing, Missing) and "keyring set work bob" in nothing.reason


def test_a_keyring_that_fails(keyring):
    def locked(*_):
        raise RuntimeError(f"locked, and here is {VALUE}")

    keyring.get_password = locked
    found = read_secret(SecretRef("keyring", "work/anna"), {})
    assert isinstance(found, Missing)
    assert "RuntimeError" in found.reason and VALUE not in found.reason


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    found = read_secret(SecretRef("keyring", "work/anna"), {})
    assert isinstance(found, Missing) and "pip install keyring" in found.reason


def test_the_real_package_without_a_keyring(monkeypatch):
    pytest.importorskip("keyring")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    import keyring.core

    keyring.core.init_backend()
    found = read_secret(SecretRef("keyring", "work/anna"), {})
    assert isinstance(found, Missing) and "NoKeyringError" in found.reason


def test_a_locked_keyring_holds_up_nobody_and_is_asked_once(keyring, monkeypatch):
    monkeypatch.setattr(secret_desk, "KEYRING_SECONDS", 0.3)
    unlocked, asked = threading.Event(), []

    def ask(*_):
        asked.append(1)
        unlocked.wait(30)
        return VALUE

    keyring.get_password = ask

    async def scenario():
        clock = ManualClock()
        desk = SecretDesk({}, clock)
        ref = SecretRef("keyring", "work/anna")
        begun = time.monotonic()
        for _ in range(100):
            found = (await desk.find([ref]))[ref]
            assert isinstance(found, Missing) and "locked" in found.reason
        assert asked == [1]
        assert time.monotonic() - begun < 20, "only the first waits"
        unlocked.set()
        await asyncio.sleep(0.05)
        assert (await desk.find([ref]))[ref] == Secret(VALUE)
        clock.turn(seconds=30)
        await desk.find([ref])
        assert asked == [1], "an answer counts for a while"
        clock.turn(seconds=31)
        await desk.find([ref])
        assert asked == [1, 1]

    play(scenario)


# ---------------------------------------------------------------------- showing


def test_what_was_read_is_kept_out_of_every_text(tmp_path):
    path = tmp_path / "key"
    path.write_text("odd/shape+of=a.key")
    of_file(path)
    assert redact("sent odd/shape+of=a.key away", {}) == "sent [key] away"
    assert "odd" not in redact("GET /?k=odd%2Fshape%2Bof%3Da.key", {})


def test_a_secret_that_is_part_of_another():
    keep_out("abcdefgh")
    keep_out("abcdefgh-ijklmnop")
    assert redact("abcdefgh-ijklmnop", {}) == "[key]"


def test_short_values_do_not_blank_out_words():
    read_secret(SecretRef("env", "K"), {"K": "the"})
    assert redact("the key", {}) == "the key"


def test_where_it_is_said_to_be():
    assert str(SecretRef("env", "A")) == "env A"
    assert str(SecretRef("none")) == "no secret needed"
