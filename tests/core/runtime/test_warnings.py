"""What about a server or its project weakens the guard is told."""

import asyncio
import sys
from pathlib import Path

import pytest

from dispatch_jupyter.core.runtime.setup import set_up


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def warned(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def codes(project, arguments=()):
        async def main():
            workspace = set_up(
                project=project, folder=tmp_path / "data" / "sessions", instance="i", server_url="", arguments=arguments
            )
            status = await workspace.status()
            await workspace.close()
            return [warning.code for warning in status.warnings]

        return asyncio.run(main())

    return codes


def test_an_ordinary_project_is_not_warned_of(warned, project):
    assert warned(project, ["jupyter", "lab", "--no-browser"]) == []


@pytest.mark.parametrize("argument", ["--IdentityProvider.token=abc", "--ServerApp.password='sha1:x'"])
def test_a_secret_on_the_command_line(warned, project, argument):
    assert warned(project, ["jupyter", argument]) == ["exposed_token"]
    name, _, value = argument.partition("=")
    assert warned(project, ["jupyter", name, value]) == ["exposed_token"]
    assert warned(project, ["jupyter", f"{name}=", "--no-browser"]) == []


def test_a_home_folder_as_a_project(warned, project, monkeypatch):
    monkeypatch.setenv("HOME", str(project))
    assert warned(project) == ["wide_project"]


def test_the_servers_own_environment_in_the_project(warned):
    assert warned(Path(sys.prefix).parent) == ["wide_project"]
