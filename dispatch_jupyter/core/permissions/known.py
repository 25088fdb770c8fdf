"""What people and machines keep where: the tables, and the little looking around they need."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

JUPYTERS = "settings, tokens and history of Jupyter"

SECRETS_AT_HOME: dict[str, tuple[str, ...]] = {
    "SSH keys": (".ssh",),
    "GnuPG keys": (".gnupg",),
    "cloud credentials": (
        ".aws", ".azure", ".config/gcloud", ".oci", ".bluemix", ".boto", ".s3cfg", ".config/rclone", ".config/doctl",
        ".terraformrc", ".terraform.d", ".vault-token", ".databrickscfg", ".snowflake", ".snowsql", ".kaggle",
        ".config/kaggle", ".config/heroku", ".cache/huggingface/token", ".cache/huggingface/stored_tokens",
    ),
    "Kubernetes credentials": (".kube",),
    "container registry credentials": (".docker", ".config/containers", ".dockercfg"),
    "passwords": (
        ".netrc", "_netrc", ".git-credentials", ".config/git/credentials", ".pgpass", ".my.cnf", ".mylogin.cnf",
        ".password-store", ".config/keepassxc", ".config/Bitwarden", ".config/1Password", ".config/op",
        ".local/share/keyrings", ".local/share/kwalletd", ".gnome2/keyrings", ".local/share/python_keyring",
        "Library/Keychains", ".config/sops", ".config/age",
    ),
    "package registry tokens": (
        ".pypirc", ".npmrc", ".yarnrc.yml", ".cargo/credentials", ".cargo/credentials.toml", ".gem/credentials",
        ".m2/settings.xml", ".m2/settings-security.xml", ".gradle/gradle.properties", ".config/pypoetry",
        ".continuum", ".conda/aau_token",
    ),
    "code hosting credentials": (".config/gh", ".config/glab-cli", ".config/hub", ".config/github-copilot"),
    "credentials of other assistants": (
        ".claude", ".claude.json", ".codex", ".gemini", ".config/opencode", ".local/share/opencode", ".cursor",
    ),
    "a browser's or mail program's data": (
        ".mozilla", ".thunderbird", ".config/google-chrome", ".config/chromium", ".config/BraveSoftware",
        ".config/microsoft-edge", ".config/vivaldi", ".config/opera", "snap/firefox", "snap/chromium",
        "snap/thunderbird", ".var/app", "Library/Cookies", "Library/Safari", "Library/Mail",
        "Library/Application Support/Google/Chrome", "Library/Application Support/Firefox",
        "Library/Application Support/BraveSoftware", "Library/Application Support/Microsoft Edge",
    ),
    "a history of commands": (
        ".bash_history", ".zsh_history", ".zhistory", ".histfile", ".history", ".python_history",
        ".node_repl_history", ".psql_history", ".mysql_history", ".sqlite_history", ".rediscli_history",
        ".local/share/fish", ".local/state/bash", ".local/share/powershell",
    ),
    JUPYTERS: (
        ".jupyter", ".config/jupyter", ".local/share/jupyter", "Library/Jupyter",
        "Library/Application Support/Jupyter", ".ipython", ".config/ipython",
    ),
    "your own settings of Dispatch": (
        ".config/dispatch", ".config/dispatch/dispatch.yaml", ".config/dispatch/trust.json",
        ".config/dispatch/leave.json",
    ),
}  # fmt: skip
"""What is kept, and where below a home folder. Where a link stands there, its target counts as well."""

SECRETS_BY_NAME: dict[str, str] = {
    ".ssh": "SSH keys",
    ".gnupg": "GnuPG keys",
    ".aws": "cloud credentials",
    ".azure": "cloud credentials",
    ".kube": "Kubernetes credentials",
    ".netrc": "passwords",
    ".git-credentials": "passwords",
    ".pgpass": "passwords",
    ".password-store": "passwords",
    ".pypirc": "package registry tokens",
}
"""Names that mean one thing in whosever home folder they are; in a project they may be made up for a test."""

SECRETS_OF_SYSTEM: dict[str, tuple[str, ...]] = {
    "password hashes": ("/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/master.passwd"),
    "private keys": ("/etc/ssl/private", "/etc/krb5.keytab", "/etc/pki/tls/private"),
    "secrets of this container": ("/run/secrets", "/var/run/secrets", "/srv/jupyterhub"),
}

SECRETS_BY_VARIABLE: dict[str, tuple[str, ...]] = {
    JUPYTERS: (
        "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR",
    ),
    "GnuPG keys": ("GNUPGHOME",),
    "cloud credentials": (
        "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "AZURE_CONFIG_DIR", "CLOUDSDK_CONFIG",
        "GOOGLE_APPLICATION_CREDENTIALS", "HF_TOKEN_PATH",
    ),
    "Kubernetes credentials": ("KUBECONFIG",),
    "container registry credentials": ("DOCKER_CONFIG", "REGISTRY_AUTH_FILE"),
    "passwords": ("NETRC", "PGPASSFILE", "PASSWORD_STORE_DIR"),
    "package registry tokens": ("NPM_CONFIG_USERCONFIG", "PIP_CONFIG_FILE"),
    "a history of commands": ("HISTFILE", "PYTHON_HISTORY"),
}  # fmt: skip
"""What is kept, and environment variables that say where else; several paths are separated as in PATH."""

RUN_AT_HOME: dict[str, tuple[str, ...]] = {
    "every new shell runs it": (
        ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".profile", ".zshrc", ".zshenv",
        ".zprofile", ".zlogin", ".zlogout", ".config/fish", ".config/zsh", ".kshrc", ".inputrc", ".pam_environment",
        ".config/direnv", ".config/environment.d",
    ),
    "it is started when you log in": (
        ".config/autostart", ".config/systemd", ".local/share/systemd", ".xprofile", ".xinitrc", ".xsession",
        "Library/LaunchAgents",
    ),
    "git runs what it says": (".gitconfig", ".config/git"),
    "you run programs from it": ("bin", ".local/bin", ".local/lib"),
    "editors run what it says": (".vim", ".vimrc", ".config/nvim", ".emacs", ".emacs.d", ".config/emacs"),
    "R runs it when it starts": (".Rprofile",),
}  # fmt: skip
"""Why writing is asked for even where the folder around is allowed, and where below a home folder that is."""

SYSTEM = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix/store", "/snap",
    "/System", "/Library/Developer", "/Library/Frameworks", "/Applications",
)  # fmt: skip

TOOLS_AT_HOME = (
    ".pyenv", ".nvm", ".rustup", ".asdf", ".volta", ".local/share/uv", ".local/share/pipx", ".local/pipx",
    ".local/share/mise", ".local/share/fnm", ".sdkman",
)  # fmt: skip
"""Where version managers below a home folder keep what the names in PATH lead to."""


def both(path: Path | str) -> tuple[Path, ...]:
    """A path as it is written, made absolute, and as it really is; once where that is the same."""
    written = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow links
    real = Path(os.path.realpath(written))
    return (written,) if real == written else (written, real)


def at_home(home: Path, environ: Mapping[str, str], table: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[Path, str]]:
    """Every path of a table of names below a home folder, with what it says there; `XDG_*` folders looked through."""
    moved = {
        f"{usual}/": Path(environ[variable])
        for variable, usual in (
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_DATA_HOME", ".local/share"),
            ("XDG_STATE_HOME", ".local/state"),
            ("XDG_CACHE_HOME", ".cache"),
        )
        if environ.get(variable, "").startswith("/")
    }
    for what, names in table.items():
        for name in names:
            spots = [home / name]
            spots += [folder / name.removeprefix(usual) for usual, folder in moved.items() if name.startswith(usual)]
            yield from ((path, what) for spot in spots for path in both(spot))


def by_variable(environ: Mapping[str, str], home: Path) -> Iterator[tuple[Path, str]]:
    """Every path that an environment variable names as a place of secrets; not where it is all of a wide folder."""
    wide = {Path("/"), Path("/tmp"), Path("/var/tmp"), *both(tempfile.gettempdir()), home, *home.parents}  # noqa: S108
    for what, variables in SECRETS_BY_VARIABLE.items():
        for variable in variables:
            for name in environ.get(variable, "").split(os.pathsep):
                if name.startswith("/") and not name.startswith("/dev/"):
                    yield from ((path, what) for path in both(name) if path not in wide)


def program_folders(environ: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """Where programs and their libraries live, as far as it is there: real paths, none inside another."""
    names = [*SYSTEM, sys.prefix, sys.base_prefix, sys.exec_prefix, *(str(home / name) for name in TOOLS_AT_HOME)]
    found = {Path(os.path.realpath(name)) for name in names}
    for name in environ.get("PATH", "").split(os.pathsep):
        if name.startswith("/"):
            found.update(_installed_in(Path(os.path.realpath(name)), home))
    wanted = (folder for folder in found if not _is_wide(folder, home))
    there = sorted(folder for folder in wanted if os.path.isdir(folder))  # noqa: PTH112 - never raises
    return tuple(folder for folder in there if not any(other in there for other in folder.parents))


def _installed_in(folder: Path, home: Path) -> Iterator[Path]:
    """A folder of programs, and the prefix it belongs to where that holds one installation."""
    yield folder
    shared = (home, home / ".local")
    if folder.name in ("bin", "sbin", "shims", "Scripts") and folder.parent not in shared:
        yield folder.parent


def _is_wide(folder: Path, home: Path) -> bool:
    return home.is_relative_to(folder)
