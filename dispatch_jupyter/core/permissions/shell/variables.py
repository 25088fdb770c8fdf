"""Variables that say what programs load, run or write, and what a command sets them to."""

import re

from ...protocol.parts import Operation
from .expand import Word
from .marks import HOLE, UNSET, known, plain
from .paths import located, named_paths
from .scanner import Scanner
from .source import Span, made
from .surroundings import holds_tools
from .world import World

_TABLE = """
command : GIT_SSH_COMMAND GIT_SSH GIT_EDITOR GIT_SEQUENCE_EDITOR GIT_PAGER GIT_PROXY_COMMAND GIT_EXTERNAL_DIFF
  GIT_ASKPASS SSH_ASKPASS SUDO_ASKPASS EDITOR VISUAL FCEDIT SUDO_EDITOR SYSTEMD_EDITOR SVN_EDITOR HGEDITOR KUBE_EDITOR
  PAGER MANPAGER SYSTEMD_PAGER PSQL_PAGER PSQL_EDITOR BAT_PAGER AWS_PAGER GH_PAGER GH_EDITOR GH_BROWSER DELTA_PAGER
  BROWSER LESSOPEN LESSCLOSE LESSEDIT PROMPT_COMMAND RUSTC RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTDOC CC CXX FC LD
  AR AS CPP NVCC HOSTCC MAKE_SHELL RSYNC_RSH RSYNC_CONNECT_PROG CVS_RSH SVN_SSH BORG_RSH BORG_PASSCOMMAND
  RESTIC_PASSWORD_COMMAND FZF_DEFAULT_COMMAND FZF_CTRL_T_COMMAND TEXEDIT DIFFPROG NODE_REPL_EXTERNAL_MODULE
  CMAKE_C_COMPILER_LAUNCHER CMAKE_CXX_COMPILER_LAUNCHER TAR_RSH RSH CONFIG_SHELL MAILER SSH_PROXY_COMMAND HGPAGER
execute : PATH LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT DYLD_INSERT_LIBRARIES DYLD_LIBRARY_PATH DYLD_FRAMEWORK_PATH
  GIT_EXEC_PATH GCC_EXEC_PREFIX COMPILER_PATH PYTHON PERL NODE npm_config_script_shell PYTHONEXECUTABLE PIP_PYTHON
  UV_PYTHON CHROME_BIN GTK_MODULES QT_PLUGIN_PATH OPENSSL_ENGINES OPENSSL_MODULES
read : PYTHONPATH PYTHONSTARTUP PYTHONHOME NODE_PATH PERL5LIB PERLLIB RUBYLIB CLASSPATH LUA_PATH LUA_CPATH
  BASH_ENV ENV ZDOTDIR INPUTRC HOME CDPATH GIT_DIR GIT_WORK_TREE GIT_COMMON_DIR GIT_OBJECT_DIRECTORY
  GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_CONFIG GIT_TEMPLATE_DIR KUBECONFIG
  AWS_SHARED_CREDENTIALS_FILE AWS_CONFIG_FILE AWS_CA_BUNDLE AWS_WEB_IDENTITY_TOKEN_FILE
  GOOGLE_APPLICATION_CREDENTIALS XDG_CONFIG_HOME XDG_CONFIG_DIRS XDG_DATA_DIRS TZ TZDIR TERMINFO TERMINFO_DIRS
  OPENSSL_CONF SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NODE_EXTRA_CA_CERTS PIP_CERT CURL_HOME
  WGETRC NETRC RIPGREP_CONFIG_PATH ACKRC PIP_CONFIG_FILE PIP_REQUIREMENT PIP_CONSTRAINT PIP_FIND_LINKS
  NPM_CONFIG_USERCONFIG npm_config_userconfig NPM_CONFIG_GLOBALCONFIG npm_config_globalconfig YARN_RC_FILENAME
  PKG_CONFIG_PATH PKG_CONFIG_LIBDIR
  CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH LIBRARY_PATH MANPATH INFOPATH FPATH PSQLRC PGPASSFILE PGSERVICEFILE
  MYSQL_HOME
  SQLITE_HISTORY DOCKER_CONFIG DOCKER_CERT_PATH ANSIBLE_CONFIG ANSIBLE_INVENTORY ANSIBLE_ROLES_PATH
  ANSIBLE_VAULT_PASSWORD_FILE TF_CLI_CONFIG_FILE BOTO_CONFIG CLOUDSDK_CONFIG GH_CONFIG_DIR GNUPGHOME VIMINIT VIM
  VIMRUNTIME EXINIT MYVIMRC EMACSLOADPATH SCREENRC TMUX_CONF MPLCONFIGDIR JUPYTER_CONFIG_DIR JUPYTER_CONFIG_PATH
  JUPYTER_PATH IPYTHONDIR R_PROFILE R_PROFILE_USER R_ENVIRON R_ENVIRON_USER R_LIBS R_LIBS_USER R_HOME JULIA_LOAD_PATH
  JULIA_PROJECT GEM_PATH BUNDLE_GEMFILE PHPRC PHP_INI_SCAN_DIR MAKEFILES CMAKE_TOOLCHAIN_FILE CMAKE_PREFIX_PATH
  CMAKE_MODULE_PATH COVERAGE_RCFILE COVERAGE_PROCESS_START MYPYPATH MYPY_CONFIG_FILE PYLINTRC FLASK_APP
  DOTENV_CONFIG_PATH CARGO_BUILD_RUSTC_WRAPPER GOROOT GOENV GOWORK JAVA_HOME MAVEN_CONFIG HADOOP_CONF_DIR LOCPATH
  NLSPATH HOSTALIASES RES_OPTIONS_FILE KRB5_CONFIG LDAPCONF MAGIC
write : DESTDIR CARGO_TARGET_DIR CARGO_HOME CARGO_INSTALL_ROOT RUSTUP_HOME PYTHONPYCACHEPREFIX PYTHONUSERBASE HISTFILE
  GIT_INDEX_FILE GIT_TRACE GIT_TRACE2 GIT_TRACE2_EVENT PIP_TARGET PIP_PREFIX PIP_ROOT PIP_LOG PIP_CACHE_DIR
  PIP_DOWNLOAD_CACHE TMPDIR TMP TEMP TEMPDIR XDG_CACHE_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_RUNTIME_DIR GOPATH GOBIN
  GOCACHE GOMODCACHE GOTMPDIR npm_config_prefix NPM_CONFIG_PREFIX npm_config_cache NPM_CONFIG_CACHE YARN_CACHE_FOLDER
  PNPM_HOME BUN_INSTALL DENO_DIR UV_CACHE_DIR UV_TOOL_DIR UV_PROJECT_ENVIRONMENT UV_PYTHON_INSTALL_DIR POETRY_HOME
  POETRY_CACHE_DIR POETRY_VIRTUALENVS_PATH WORKON_HOME PIPX_HOME PIPX_BIN_DIR CONDA_PKGS_DIRS CONDA_ENVS_PATH
  CONDA_ENVS_DIRS MAMBA_ROOT_PREFIX CCACHE_DIR SCCACHE_DIR COVERAGE_FILE HF_HOME HF_HUB_CACHE HF_DATASETS_CACHE
  TRANSFORMERS_CACHE TORCH_HOME KERAS_HOME NLTK_DATA SKLEARN_DATA WANDB_DIR MLFLOW_TRACKING_DIR NUMBA_CACHE_DIR
  GEM_HOME BUNDLE_PATH GRADLE_USER_HOME M2_HOME ANSIBLE_LOG_PATH TF_DATA_DIR TF_PLUGIN_CACHE_DIR TF_LOG_PATH
  PLAYWRIGHT_BROWSERS_PATH CYPRESS_CACHE_FOLDER PUPPETEER_CACHE_DIR PRE_COMMIT_HOME MYPY_CACHE_DIR RUFF_CACHE_DIR
  BLACK_CACHE_DIR JUPYTER_DATA_DIR JUPYTER_RUNTIME_DIR NODE_V8_COVERAGE LLVM_PROFILE_FILE GCOV_PREFIX PSQL_HISTORY
  LESSHISTFILE NODE_REPL_HISTORY PYTHON_HISTORY MYSQL_HISTFILE SSLKEYLOGFILE NODE_COMPILE_CACHE VIRTUALENV_APP_DATA
socket : SSH_AUTH_SOCK DOCKER_HOST CONTAINER_HOST PODMAN_SOCK DBUS_SESSION_BUS_ADDRESS DBUS_SYSTEM_BUS_ADDRESS PGHOST
  MYSQL_UNIX_PORT GPG_AGENT_INFO TMUX TMUX_TMPDIR SCREENDIR CONTAINERD_ADDRESS WAYLAND_DISPLAY PULSE_SERVER
  NOTIFY_SOCKET DATABASE_URL REDIS_URL
prompt : PS0 PS1 PS2 PS4
perl : PERL5DB
lua : LUA_INIT LUA_INIT_5_1 LUA_INIT_5_2 LUA_INIT_5_3 LUA_INIT_5_4
"""
_OPTIONS = {
    "NODE_OPTIONS": "node", "JAVA_TOOL_OPTIONS": "java", "_JAVA_OPTIONS": "java", "JDK_JAVA_OPTIONS": "java",
    "JAVA_OPTS": "java", "MAVEN_OPTS": "java", "GRADLE_OPTS": "java", "SBT_OPTS": "java", "RUBYOPT": "ruby",
    "PERL5OPT": "perl", "PYTEST_ADDOPTS": "pytest", "GOFLAGS": "go build", "MAKEFLAGS": "make", "GNUMAKEFLAGS": "make",
    "CFLAGS": "gcc", "CXXFLAGS": "gcc", "CPPFLAGS": "gcc", "LDFLAGS": "gcc", "RUSTFLAGS": "rustc", "TAR_OPTIONS": "tar",
    "LESS": "less", "FZF_DEFAULT_OPTS": "fzf", "SCREENEXCHANGE": "screen", "MANOPT": "man", "ZIPOPT": "zip",
    "GREP_OPTIONS": "grep", "RSYNC_OPTIONS": "rsync", "DOCKER_OPTS": "docker", "PARALLEL": "parallel",
    "TF_CLI_ARGS": "terraform", "TF_CLI_ARGS_init": "terraform", "TF_CLI_ARGS_plan": "terraform",
    "TF_CLI_ARGS_apply": "terraform", "TF_CLI_ARGS_destroy": "terraform", "TF_CLI_ARGS_import": "terraform",
    "CGO_CFLAGS": "gcc", "CGO_LDFLAGS": "gcc", "ANSIBLE_SSH_ARGS": "ssh", "PIP_OPTIONS": "pip", "MYPYFLAGS": "mypy",
}  # fmt: skip
"""Variables that are read as more words of a program."""
_ADDED = {"tar": "TAR_OPTIONS", "pytest": "PYTEST_ADDOPTS", "make": "MAKEFLAGS", "zip": "ZIPOPT", "go": "GOFLAGS"}
"""Those that decide what the words behind them mean."""
OPENING_OPERANDS = {
    "tr", "cut", "sort", "uniq", "wc", "head", "tail", "cat", "tac", "rev", "nl", "fold", "fmt", "column", "paste",
    "join", "comm", "grep", "egrep", "fgrep", "sed", "seq", "date", "sleep", "ls", "tree", "du", "df", "stat", "file",
    "basename", "dirname", "realpath", "readlink", "expr", "bc", "tee", "printenv", "env", "cmp", "diff", "mkdir",
    "rmdir", "rm", "cp", "mv", "ln", "touch", "chmod", "chown", "find", "xargs", "envsubst",
}  # fmt: skip
"""Programs that open what their operands name and heed no variables with names like `LOG_DIR`."""
_USES = {
    name: use
    for line in re.sub(r"\n\s+", " ", _TABLE.strip()).splitlines()
    for use, _, names in (line.partition(" : "),)
    for name in names.split()
} | dict.fromkeys(_OPTIONS, "options")
_NAMED_SO = re.compile(
    r"\w*?(?:(?P<out>(?:OUT|OUTPUT|CACHE|DEST|LOG|TMP|TEMP|SAVE|BUILD|STATE|TARGET)_?(?:DIR|PATH|FILE|HOME|FOLDER|ROOT)?)"
    r"|(?:DIR|PATH|FILE|HOME|FOLDER|CONFIG|CONF|CFG|DB|DATABASE|SOCK|SOCKET|KEY|CERT|CREDENTIALS|DATA|INPUT|SRC))",
    re.IGNORECASE,
)
"""Names that say that the program takes the value for a path."""
_NO_FILE = re.compile(
    r"\w*(?:URL|URI|BASE|ROUTE|API|CONTEXT|STATIC|PUBLIC|REGEX|PATTERN)_?PATH|(?:PUBLIC|VITE|STATIC|REACT_APP)_\w*",
    re.IGNORECASE,
)


def assigned(scanner: Scanner, name: str, span: Span, *, given: bool) -> None:
    """Remember that the command has set a variable; `given`: programs get it for certain."""
    if name in _USES:
        scanner.assigned[name] = (span, _USES[name])
    elif name.startswith(("GIT_CONFIG_VALUE_", "GIT_CONFIG_KEY_")):
        scanner.assigned["GIT_CONFIG_VALUE_0"] = (span, "git")
    elif given and len(name) > 2 and (match := _NAMED_SO.fullmatch(name)) and not _NO_FILE.fullmatch(name):
        scanner.assigned[name] = (span, "write" if match["out"] else "read")


def more_words(program: str, words: list[Word], scanner: Scanner, world: World) -> list[Word]:
    """The words of a program with those that a variable the command has set puts in front of them."""
    name = _ADDED.get(program, "")
    if name not in scanner.assigned or not known(text := world.text(name)):
        return words
    if program == "tar" and len(words) > 1 and re.fullmatch(r"[A-Za-z]+", plain(words[1].value)):
        words = [words[0], Word(f"-{plain(words[1].value)}", words[1].span), *words[2:]]
    return [words[0], *(Word(piece, scanner.assigned[name][0]) for piece in text.split()), *words[1:]]


def apply(scanner: Scanner, program: str, world: World, *, builtin: bool = False) -> None:
    """Note what a program that is started now gets through the variables the command has set.

    A command of the shell itself gets nothing, but it may be traced, with the prompt of its own.
    """
    for name, (span, use) in list(scanner.assigned.items()):
        if (builtin and use != "prompt") or (name not in _USES and program in OPENING_OPERANDS):
            continue
        value = world.text(name)
        key = (name, value, program if name == "PATH" else "")
        if (
            not value
            or value == UNSET
            or len(value) > 4096
            or value == scanner.given.get(name)
            or key in scanner.applied
        ):
            continue
        scanner.applied.add(key)
        scanner.spend()
        _apply(scanner, (name, value, use), span, program, world)


def _apply(scanner: Scanner, variable: tuple[str, str, str], span: Span, program: str, world: World) -> None:
    name, value, use = variable
    if use == "git":
        _git_settings(scanner, span, world)
    elif use == "options":
        if HOLE not in value:
            text = f"{_OPTIONS[name]} {plain(value).replace(UNSET, '')}"
            scanner.run(made(_without_substitutions(scanner, text, span, world), span), world.fork(""))
    elif use == "command":
        text = re.sub(r"^\|{0,2}-?\s*", "", plain(value)) if name.startswith("LESS") else plain(value)
        if HOLE not in text and UNSET not in text and text.strip():
            scanner.run(made(text.replace("%s", "file"), span), world.fork(""))
    elif use == "socket":
        for start, end in named_paths(plain(value)):
            found = Word(plain(value)[start:end], span)
            scanner.touch("read", found, world)
            scanner.touch("write", found, world)
    elif use in ("perl", "lua"):
        # a program, or behind `@` the file it stands in
        words = [use, plain(value)[1:]] if value[0] == "@" else [use, "-e", plain(value)]
        scanner.run_words([Word(text, span) for text in words], world.fork(""))
    elif use == "prompt":
        scanner.expander.quoted(made(plain(value), span), world.fork(""))
    else:
        _folders(scanner, (name, value, use), span, program, world)


def _folders(scanner: Scanner, variable: tuple[str, str, str], span: Span, program: str, world: World) -> None:
    """The paths of a list; those the command was given with its environment are none of its doing."""
    name, value, use = variable
    before = scanner.given.get(name, "").split(":")
    operation: Operation = use  # type: ignore[assignment]
    if name in ("BASH_ENV", "ENV") and (text := world.files.get(plain(value))):
        scanner.run(made(plain(text), span), world.fork(""))
    for piece in value.split(":")[:16]:
        text = plain(piece)
        if piece in before or not re.match(r"/[^/]|~(/|$)|\.\.(/|$)", text):
            continue
        word = Word(world.home + text[1:] if text[0] == "~" else piece, span)
        if name == "PATH":
            _searched(scanner, word, program, world)
        else:
            scanner.touch(operation, word, world, creates=operation == "write")


def _searched(scanner: Scanner, folder: Word, program: str, world: World) -> None:
    """A folder programs are looked for in: among people's own tools only what is there counts."""
    found = Word(f"{folder.value.rstrip('/')}/{program}", folder.span)
    path, _ = located(found.value, world)
    there = path is not None and "/" not in program and scanner.around.is_file(path)
    if not holds_tools(folder.value, world.home):
        scanner.touch("execute", folder, world)
    if there:
        scanner.touch("execute", found, world)


def _without_substitutions(scanner: Scanner, text: str, span: Span, world: World) -> str:
    """Text for words of a program with what `make` runs in them run."""
    for match in re.finditer(r"\$\(shell\s+([^()]*)\)", text):
        scanner.run(made(match[1], span), world.fork(""))
    return re.sub(r"\$\(shell\s+[^()]*\)", "x", text)


def _git_settings(scanner: Scanner, span: Span, world: World) -> None:
    for at in range(8):
        key, value = world.text(f"GIT_CONFIG_KEY_{at}"), world.text(f"GIT_CONFIG_VALUE_{at}")
        if UNSET in (key, value):
            return
        words = [Word(text, span) for text in ("git", "-c", f"{key}={value}", "status")]
        scanner.run_words(words, world.fork(""))
