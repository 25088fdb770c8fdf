"""Pictures in `test-results/` of what asks, what warns and what is logged; light and dark, narrow and wide."""

from collections.abc import Callable
from pathlib import Path

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
    _allow_until(prompt, "id_ed25519")
    prompt.asks("1 of 3")
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
        expect(prompt.root).to_be_visible()
        if words in prompt.root.inner_text():
            return
        _allow(prompt)
    raise AssertionError(f"it never says {words!r}")


def test_warnings(lab: LabProcess, visits: Visits, settings_file: Path) -> None:
    settings_file.write_text(
        "permissions:\n  auto_allow:\n    - {path: /srv/data, allow: write}\n    - {path: /etc, allow: read}\n"
    )
    browser = visits.page(lab)

    def weaker(route: object) -> None:
        answer = route.fetch()  # type: ignore[attr-defined]
        status = answer.json() | {
            "sandbox": "parsed only",
            "sandbox_reason": "This kernel has no Landlock (Linux 5.10).",
            "auth_enabled": False,
        }
        route.fulfill(response=answer, json=status)  # type: ignore[attr-defined]

    browser.route("**/dispatch/status*", weaker)
    page = LabPage(browser, lab, "warnings").open()
    chat = page.new_chat()
    page.width(NARROW)
    review = chat.root.get_by_role("button", name="Review…")
    expect(review).to_be_visible()
    picture(page.page, "banners-first")
    review.click()
    page.pictures("banners")
    page.theme("JupyterLab Light")  # it is the server's
    chat.root.locator(".dsp-level").click()
    picture(page.page, "level")
