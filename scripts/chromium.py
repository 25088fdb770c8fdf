"""Make sure the browser tests have a Chromium: the system's, else Playwright's own; print where it is."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    """The system's Chromium, if there is one. `DISPATCH_CHROMIUM` names another."""
    named = os.environ.get("DISPATCH_CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> str:
    """From Debian's packages where we may, else Playwright's download."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        for step in (["update"], ["install", "-y", "chromium"]):
            subprocess.run(["apt-get", "-qq", *step], check=True, stdout=subprocess.DEVNULL)
        return find() or sys.exit("Debian's chromium was installed, but is not on PATH.")
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)
    return "Playwright's"


if __name__ == "__main__":
    print("Chromium:", find() or install())
