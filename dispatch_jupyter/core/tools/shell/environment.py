"""The environment of commands: a short list of what may pass, and never a secret.

What a command can read it can send away, so nothing is passed on because it looks harmless: a variable is either on
the list or named in the person's settings, and in both cases its name and value must not be those of a secret.
"""

import os
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_PASSED = frozenset(
    (
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TERM", "COLORTERM", "TZ", "VIRTUAL_ENV",
        "PYENV_ROOT", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS",
        "JAVA_HOME", "GOROOT", "RUSTUP_HOME", "NO_COLOR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
        "http_proxy", "https_proxy", "all_proxy", "no_proxy", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES",
        "OMP_NUM_THREADS",
    )
)  # fmt: skip
_PASSED_FAMILIES = ("LC_", "CONDA_", "NVM_")

_SECRET_WORDS = re.compile(r"KEY|TOKEN|SECRET|PASSW|PASSPHRASE|PASSCODE|CRED|AUTH|PRIVATE|SIGNATURE|COOKIE|SESSION")
_SECRET_FAMILIES = (
    "JUPYTER_", "JUPYTERHUB_", "JPY_", "DISPATCH_", "AWS_", "AZURE_", "GOOGLE_", "GCP_", "GCLOUD_", "GEMINI_",
    "ANTHROPIC_", "OPENAI_", "MISTRAL_", "COHERE_", "GROQ_", "DEEPSEEK_", "OPENROUTER_", "TOGETHER_", "XAI_",
    "HUGGINGFACE_", "HF_", "REPLICATE_", "PERPLEXITY_", "FIREWORKS_", "OLLAMA_", "VERTEX", "WANDB_", "GITHUB_",
    "GITLAB_", "GH_", "CI_", "SSH_", "GPG_", "DOCKER_", "KUBE", "VAULT_", "SLACK_", "STRIPE_", "TWILIO_", "PG",
    "MYSQL_", "REDIS_", "MONGO",
)  # fmt: skip
_SECRET_NAMES = frozenset(
    (
        "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DATABASE_URL", "SENTRY_DSN", "NETRC",
        "XAUTHORITY", "WAYLAND_DISPLAY", "DISPLAY",
    )
)  # fmt: skip
_LOADED = re.compile(
    r"LD_(?!LIBRARY_PATH$).*|DYLD_.*|BASH_.*|ENV|SHELLOPTS|BASHOPTS|IFS|CDPATH|PS4|PROMPT_COMMAND|PYTHONSTARTUP|PYTHONHOME"
    r"|PYTHONINSPECT|PYTHONBREAKPOINT|PERL5OPT|RUBYOPT|NODE_OPTIONS|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|GIT_.*|EDITOR|VISUAL"
    r"|PAGER|GCONV_PATH|GLIBC_TUNABLES|LOCPATH|MALLOC_.*|TMPDIR|TEMP|TMP|HOSTALIASES|RES_OPTIONS"
)
"""Run or loaded by programs as they start, or ours to set."""
_SECRET_VALUES = re.compile(
    r"://[^/\s:@]*:[^/\s@]+@"  # user:password@ in a URL
    r"|\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16}|\b(?:ghp|gho|ghu|ghs|ghr)_\w{16}|\bgithub_pat_\w{16}|\bglpat-[\w-]{16}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{12}|\bxox[abprs]-[\w-]{8}|\bAIza[\w-]{20}|\bhf_\w{16}|\bnpm_\w{16}|\bpypi-[\w-]{16}"
    r"|\beyJ[\w-]{8,}\.[\w-]{4,}|-----BEGIN"
)
_SHORTEST_SECRET = 6
"""Characters; shorter values would be found in anything."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where commands keep what they need no longer."""

    tmp: Path
    """The session's own."""
    cache: Path
    """Downloads, for all sessions of one project: what one project puts there must not get into another."""


def command_environment(
    server: Mapping[str, str],
    folders: Folders,
    env_pass: Collection[str] = (),
    *,
    interpreter: str = sys.executable,
    in_venv: bool = sys.prefix != sys.base_prefix,
) -> dict[str, str]:
    """All that a command gets to know of the server's environment, and what is set for it.

    Args:
        server: the environment of the server.
        env_pass: names the person wants passed on. Secrets, and what programs load as they start, are not even so.
        interpreter: path of the running Python, links in it unresolved.
        in_venv: whether that is in a virtual environment.
    """
    passed = {name: value for name, value in server.items() if _passes(name, value)}
    secrets = [value for name, value in server.items() if is_secret(name) and len(value) >= _SHORTEST_SECRET]
    for name in env_pass:
        value = server.get(name)
        if value is not None and _may_pass(name, value) and not any(secret in value for secret in secrets):
            passed[name] = value
    passed["PATH"] = os.pathsep.join(_path(server.get("PATH", "") or os.defpath))
    passed.update(_set(folders))
    passed.setdefault("HOME", str(Path.home()))
    passed.setdefault("TERM", "xterm-256color")
    if not os.path.exists(f"{passed['HOME']}/.rustup/settings.toml"):  # noqa: PTH110 - never raises
        # its proxies in PATH would set themselves up there as soon as anybody asks them for their version; pip does
        passed.setdefault("RUSTUP_HOME", f"{folders.cache}/rustup")
    if not passed.keys() & {"LANG", "LC_ALL", "LC_CTYPE"}:
        passed["LANG"] = "C.UTF-8"
    _with_interpreter(passed, Path(interpreter), in_venv=in_venv)
    return passed


def is_secret(name: str) -> bool:
    """Whether a variable of that name may hold a secret, or lead to who keeps one."""
    name = name.upper()
    return name in _SECRET_NAMES or name.startswith(_SECRET_FAMILIES) or _SECRET_WORDS.search(name) is not None


def _passes(name: str, value: str) -> bool:
    return (name in _PASSED or name.startswith(_PASSED_FAMILIES)) and _may_pass(name, value)


def _may_pass(name: str, value: str) -> bool:
    return not (is_secret(name) or _LOADED.fullmatch(name.upper()) or _SECRET_VALUES.search(value))


def _path(given: str) -> Iterator[str]:
    """Absolute folders, each once: `.` or an empty entry would run what lies in the folder one is in."""
    yield from dict.fromkeys(entry for entry in given.split(os.pathsep) if entry.startswith("/"))


def _set(folders: Folders) -> dict[str, str]:
    """What is the same for every command: nothing waits for a key, nothing is kept in the person's own folders."""
    tmp, cache = str(folders.tmp), str(folders.cache)
    return {
        "TMPDIR": tmp,
        "TEMP": tmp,
        "TMP": tmp,
        "XDG_CACHE_HOME": cache,
        "PIP_CACHE_DIR": f"{cache}/pip",
        "UV_CACHE_DIR": f"{cache}/uv",
        "npm_config_cache": f"{cache}/npm",
        "npm_config_update_notifier": "false",
        "YARN_CACHE_FOLDER": f"{cache}/yarn",
        "CARGO_HOME": f"{cache}/cargo",
        "GOCACHE": f"{cache}/go-build",
        "GOMODCACHE": f"{cache}/go-mod",
        "GRADLE_USER_HOME": f"{cache}/gradle",
        "MPLCONFIGDIR": f"{cache}/matplotlib",
        "NUMBA_CACHE_DIR": f"{cache}/numba",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PAGER": "cat",
        "GIT_PAGER": "cat",
        "MANPAGER": "cat",
        "EDITOR": "true",
        "VISUAL": "true",
        "GIT_EDITOR": "true",
        "GIT_TERMINAL_PROMPT": "0",
        "DEBIAN_FRONTEND": "noninteractive",
        "PYTHONUNBUFFERED": "1",
        "DISPATCH": "1",
    }


def _with_interpreter(passed: dict[str, str], interpreter: Path, *, in_venv: bool) -> None:
    """`python` is the one the server runs with, unless the person's PATH leads to it already."""
    folder = str(interpreter.parent)
    entries = passed["PATH"].split(os.pathsep)
    if folder in entries or not interpreter.is_absolute():
        return
    passed["PATH"] = os.pathsep.join([folder, *entries])
    if in_venv:
        passed["VIRTUAL_ENV"] = str(interpreter.parent.parent)
