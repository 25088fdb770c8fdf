"""The folder for the temporary files of all sessions' commands: nobody else can look into it."""

import logging
import shutil
import subprocess
import tempfile
from pathlib import Path

REMOVE_SECONDS = 60.0

log = logging.getLogger(__name__)


def make() -> Path:
    """A new folder, for its owner only."""
    return Path(tempfile.mkdtemp(prefix="dispatch-")).resolve()


def remove(folder: Path) -> None:
    """Remove a folder and all in it, whatever commands have made of it. Blocks.

    The system's own tools do it: folders nested thousands deep are too much for a recursion in Python.
    """
    if not folder.is_dir():
        return
    if shutil.which("rm") is None:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for tool in (["chmod", "-R", "u+rwX"], ["rm", "-rf"]):
        try:
            subprocess.run(  # noqa: S603 - a path of our own, after `--`
                [*tool, "--", str(folder)],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=REMOVE_SECONDS,
            )
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("%s could not be removed: %s", folder, error)
