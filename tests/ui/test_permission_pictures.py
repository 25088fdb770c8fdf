"""Pictures in `test-results/` of what asks, what warns and what is logged; light and dark, narrow and wide."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from lab_page import LabPage
from lab_process import LabProcess
from model_server import Call, ModelServer, Reply
from prompt_page import Log, Prompt
from test_permissions import made_outside, reads, runs
from visits import Visits, picture

NARROW = 250
LONG = """\
set -e
for harbour in brest st-malo cherbourg; do
  python - "$harbour" <<'EOF'
import json, sys
print(json.load(open(f"harbours/{sys.argv[1]}.json"))["constituents"][:3])
EOF
done
cp harbours/*.json /srv/backup/tides/
cat /etc/hosts /etc/services | sort | uniq -c | sort -rn | head -40
tail -n 100 /var/log/dpkg.log | grep " install " || echo "nothing was installed"
"""


@pytest.fixture
def both(page: LabPage) -> Callable[[str], None]:
    def take(name: str) -> None:
        for theme in ("Dark", "Light"):
            page.theme(f"JupyterLab {theme}")
            picture(page.page, f"{name}-{theme.lower()}")

    return take


def test_prompts(page: LabPage, lab: LabProcess, model: ModelServer, both: Callable[[str], None]) -> None:
    outside = made_outside(lab)
    model.script = [
        Reply("I look it up.", calls=[Call("run_shell", {"command": "cat /etc/hosts | head"})]),
        reads(outside / "tides.txt"),
        runs(LONG),
        reads(lab.folder / "home" / ".ssh" / "id_ed25519", outside / "winds.txt", outside / "moons.txt"),
        Reply("All of it is read."),
    ]
    chat = page.new_chat()
    page.width(NARROW)
    chat.send("Run the tests and fix what fails. Check the hosts file if the network test complains.")
    prompt = Prompt(chat).asks("/etc/hosts")
    expect(prompt.button("Once")).to_be_enabled()
    both("prompt-command")
    prompt.deny.click()
    both("prompt-deny")
    prompt.reason.press("Escape")
    prompt.allow("This session")

    prompt.asks("tides.txt")
    both("prompt-long-path")
    prompt.allow("Once")
    prompt.asks("/srv/backup")
    both("prompt-long-command")
    chat.root.page.set_viewport_size({"width": 1280, "height": 480})
    picture(page.page, "prompt-long-command-low")
    expect(prompt.covers).to_be_in_viewport(ratio=1)
    chat.root.page.set_viewport_size({"width": 1280, "height": 800})
    page.width(420)
    picture(page.page, "prompt-long-command-wide")
    page.width(NARROW)
    _allow_until(prompt, "1 of 3")
    both("prompt-queue")
    for _ in range(3):
        if prompt.root.locator(".dsp-secret").count():
            both("prompt-secret")
        _allow(prompt)
    chat.finished("All of it is read.")
    both("prompt-answered")

    log = Log(chat).open()
    both("log-narrow")
    log.revoke()
    picture(page.page, "log-revoked")
    page.command("Permission Log in Main Area")
    expect(page.page.locator(".jp-MainAreaWidget:visible .dsp-log-rows")).to_have_attribute("aria-busy", "false")
    page.icon.click()
    both("log-wide")


def _allow(prompt: Prompt) -> None:
    asked = prompt.root.get_attribute("data-request")
    prompt.allow("Once")
    expect(prompt.chat.root.locator(f".dsp-ask[data-request='{asked}']")).to_have_count(0)


def _allow_until(prompt: Prompt, words: str) -> None:
    """A command that runs asks for more than its words say, depending on the machine."""
    for _ in range(20):
        expect(prompt.root).to_be_visible(timeout=30_000)
        if words in prompt.root.inner_text():
            return
        _allow(prompt)
    raise AssertionError(f"it never says {words!r}")


def test_warnings(own_lab: LabProcess, visits: Visits, model: ModelServer) -> None:
    (own_lab.project / "dispatch.yaml").write_text(
        "permissions:\n  auto_allow:\n    - {path: /srv/data, allow: write}\n    - {path: /etc, allow: read}\n"
    )
    model.script = [Reply("Hello.")]
    browser = visits.page(own_lab)

    def weaker(route: object) -> None:
        answer = route.fetch()  # type: ignore[attr-defined]
        status = answer.json() | {
            "sandbox": "parsed only",
            "sandbox_reason": "This kernel has no Landlock (Linux 5.10).",
            "auth_enabled": False,
        }
        route.fulfill(response=answer, json=status)  # type: ignore[attr-defined]

    browser.route("**/dispatch/status*", weaker)
    page = LabPage(browser, own_lab).open()
    chat = page.open_panel()
    page.width(NARROW)
    review = chat.root.get_by_role("button", name="Review…")
    picture(page.page, "banners-first")
    expect(review).to_be_visible()
    review.click()
    for theme in ("Dark", "Light"):
        page.theme(f"JupyterLab {theme}")
        picture(page.page, f"banners-{theme.lower()}")
    chat.root.locator(".dsp-level").click()
    picture(page.page, "level")
