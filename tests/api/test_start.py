"""What the extension costs a server that nobody has used it in."""

import subprocess
import sys


def test_loading_the_extension_imports_nothing_heavy():
    program = (
        "import sys, jupyter_server.serverapp; before = set(sys.modules); import dispatch_jupyter.api.app;"
        "heavy = {'pydantic', 'tinydb', 'litellm', 'httpx', 'anywidget', 'openai', 'IPython', 'tree_sitter', 'yaml',"
        "'frontmatter'};"
        "print(sorted(heavy & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
