"""Who may look on and not approve: an authoriser of the server's, as a Hub would have one, says who."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from lab_page import LabPage
from lab_process import LabProcess, started
from model_server import ModelServer, Reply
from prompt_page import Log, Prompt
from test_permissions import reads, runs
from visits import Visits

AUTHORIZER = """
import os
from jupyter_server.auth import Authorizer

class Looking(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return (resource, action) != ("dispatch:permissions", "execute") or not os.path.exists({looks_on!r})

c.ServerApp.authorizer_class = Looking
c.ServerApp.allow_unauthenticated_access = True
"""


@pytest.fixture
def looks_on(tmp_path: Path) -> Path:
    """While there is such a file, nobody may approve."""
    return tmp_path / "looks-on"


@pytest.fixture
def guarded_lab(scripted: dict[str, str], tmp_path: Path, looks_on: Path, model: ModelServer) -> Iterator[LabProcess]:
    model.script = []
    process = LabProcess(tmp_path / "lab", scripted)
    settings = tmp_path / "lab" / "config" / "jupyter_server_config.py"
    settings.write_text(AUTHORIZER.format(looks_on=str(looks_on)))
    yield from started(process)


def test_who_may_only_look_on_is_given_nothing_to_press(
    guarded_lab: LabProcess, looks_on: Path, model: ModelServer, visits: Visits
) -> None:
    told = "and so on, and on, quite a bit longer than what fits into five short lines of a narrow panel"
    command = f"cat /var/log/dpkg.log && echo '{told}' && rm -rf ./precious/and/all/that/is/below/it"
    model.script = [reads("/etc/hosts"), runs(command), Reply("Done.")]
    page = LabPage(visits.page(guarded_lab), guarded_lab).open()
    chat = page.open_panel()
    page.width(700)
    chat.send("look into the log")
    prompt = Prompt(chat).asks("/etc/hosts")
    prompt.allow("This session")
    prompt.asks("/var/log")
    expect(prompt.root).not_to_contain_text("The command is longer")
    page.width(250)
    expect(prompt.root).to_contain_text("The command is longer")

    looks_on.touch()
    prompt.allow("Once")
    expect(prompt.root).to_contain_text("the owner of the server decides")
    expect(prompt.button("Once")).to_have_count(0)
    page.pictures("viewer-refused")

    page.reload()
    prompt.asks("the owner of the server decides")
    expect(prompt.root.get_by_role("button", name=re.compile("Deny|Once|session|Always"))).to_have_count(0)
    page.pictures("viewer-prompt")
    log = Log(chat).open()
    expect(log.grants).to_have_count(1)
    expect(log.grants.get_by_role("button", name=re.compile("Revoke"))).to_have_count(0)
    expect(log.root).to_contain_text("only the owner of the server takes it back")
    page.pictures("viewer-log")

    looks_on.unlink()
    page.reload()
    prompt.asks("/var/log").allow("Once")
    chat.finished("Done.")
