"""Tools whose arguments are a language of their own."""

import re
from collections.abc import Callable

from .call import Call, options, part
from .expand import Word
from .marks import NAME, plain
from .operands import follow_table, parse
from .wrappers import inner
from .world import World

Worlds = list[World] | None

_GIT = parse("| -C=d --git-dir,--work-tree,--exec-path,--super-prefix=r -c,--namespace,--config-env=-")
_GIT_SUB = {
    "commit": "r* | -m,--message,--author,--date,-C,-c,--fixup,--squash,--reuse-message,--trailer,-S,--cleanup=- -F,--file,-t,--template,--pathspec-from-file=r",
    "log": "?* | -S,-G,-n,-L,--grep,--author,--committer,--since,--until,--after,--before,--format,--pretty,--date,--diff-filter,--max-count,--skip=-",
    "grep": "- ?* | -e=-! -f=r! -A,-B,-C,-m,--max-depth=- -O=-",
    "clone": "? c | -b,--branch,--depth,-o,--origin,-c,--config,-j,--filter,-u,--upload-pack=- --reference,--template=r --separate-git-dir=c",
    "init": "c | -b,--initial-branch=- --template=r --separate-git-dir=c",
    "worktree": "- c* | -b,-B,--reason=-",
    "archive": "?* | -o,--output=c --format,--prefix,--remote=-",
    "format-patch": "?* | -o,--output-directory=c --subject-prefix,--to,--cc,-n=-",
    "apply": "r* | --directory,-p,-C,--whitespace,--include,--exclude=-", "am": "r* | --directory,-p,-C=-",
    "bundle": "- c -* |", "tag": "-* | -m,-u,-n=- -F=r", "notes": "-* | -m=- -F=r", "branch": "-* | --format,--sort=-",
    "config": "-* | -f,--file,--blob=r --get,--unset,--add,--get-all,--type,--get-regexp=-", "push": "?* | -o,--push-option=-",
    "fetch": "?* | --depth,-j,-o=-", "pull": "?* | --depth,-j,-X,-s=-", "remote": "- - ?* |", "submodule": "?* | -b,--name=-",
    "stash": "?* | -m,--message=-", "merge": "-* | -m,-s,-X=- -F=r", "rebase": "-* | -x,--exec,--onto,-s,-X=-",
    "cherry-pick": "-* | -m,-s,-X=-", "hash-object": "r* | -t=-", "blame": "?* | -L=- --contents,--ignore-revs-file=r",
    "for-each-ref": "-* | --format,--sort,--count=-", "rev-parse": "-* |", "ls-remote": "? -* |", "describe": "-* | --match=-",
    "shortlog": "?* | --since,--until,--format=-", "show": "?* | --format,--pretty=-", "rm": "w* |", "mv": "w* c |",
    "clean": "w* | -e,--exclude=-", "reflog": "-* |", "bisect": "-* |", "diff": "?* | -S,-G,--diff-filter,--word-diff-regex,--stat,-U=- --output=c -O=r",
    "difftool": "?* | -t,-x=-", "send-email": "r* | --to,--cc,--subject,--from=-", "credential": "-* |",
}  # fmt: skip


def _git(call: Call) -> Worlds:
    args, at, base = call.args, 0, None
    while at < len(args) and plain(args[at].value).startswith("-"):
        option, word = next(options(args[at : at + 2], _GIT.options))
        kind = _GIT.options.get(option, "")
        if kind == "d" and word:
            base = call.scanner.touch("read", word, call.world, base=base) or base
        elif kind and word:
            call.note(kind, word, base)
        at += 2 if kind and word is not None and at + 1 < len(args) and word is args[at + 1] else 1
    if at >= len(args):
        return None
    name = plain(args[at].value)
    world = call.world.fork()
    if base:
        world.change_folder(base)
    sub = Call(call.scanner, world, args[at:], f"git {name}")
    if name == "config" and not any(text in ("-f", "--file") for text in sub.texts()):
        _git_config(sub)
    elif name == "bisect" and sub.texts()[:1] == ["run"]:
        inner(sub, sub.args[1:])
    elif name == "diff" and "--no-index" in sub.texts():
        sub.follow(parse("r* | --output=c -U=-"))
    else:
        sub.follow(parse(_GIT_SUB.get(name, "?* |")))
    _git_prints(call, name, sub)
    return None


def _git_config(sub: Call) -> None:
    if "--global" in sub.texts():
        reads = any(text.startswith(("--get", "-l", "--list")) for text in sub.texts())
        count = sum(not text.startswith("-") for text in sub.texts())
        operation = "r" if reads or count < 2 else "c"
        sub.note(operation, Word(f"{sub.world.home}/.gitconfig", sub.words[0].span))
    elif "--system" in sub.texts():
        sub.note("r", Word("/etc/gitconfig", sub.words[0].span))


def _git_prints(call: Call, name: str, sub: Call) -> None:
    text = " ".join(sub.texts())
    if name == "rev-parse" and "--show-toplevel" in text:
        call.world.print(f"{call.world.start if sub.world.cwd.startswith(call.world.start) else sub.world.cwd}\n")
    elif name in ("ls-files", "diff", "grep", "status", "show", "log", "ls-tree"):
        call.world.print(f"{'' if name != 'status' else ''}{NAME}\n")
    else:
        call.world.print(f"{NAME}\n")



def _tar(call: Call) -> Worlds:
    """Also the old way of writing options: `tar xzf file`."""
    words = list(call.words)
    if len(words) > 1 and re.fullmatch(r"[A-Za-z]+", plain(words[1].value)):
        words = _old_style(words)
    text = " ".join(plain(word.value) for word in words)
    mode = re.search(r"(?:^|\s)(?:-[A-Za-z]*([cxtru])|--(create|extract|get|list|append|update))", text)
    creates = bool(mode) and (mode[1] or mode[2][:1]) in ("c", "r", "u", "a")  # type: ignore[index]
    extracts = bool(mode) and (mode[1] or mode[2][:1]) in ("x", "e", "g")  # type: ignore[index]
    spec = parse(
        "| -f,--file=A -C,--directory=D -X,--exclude-from,-T,--files-from=r --exclude,--strip-components,--transform,--xform,-b"
        ",--owner,--group,--mode,--mtime,-H,--format,--wildcards,-g,-I,--use-compress-program,--strip,--include=- -K,-L,-N,-V=-"
    )
    base = None
    for option, word in options(words[1:], spec.options):
        if word is None:
            continue
        kind = spec.options.get(option, "")
        if kind == "A":
            if plain(word.value) != "-" and not re.match(r"[\w.-]+:", plain(word.value)):
                call.note("c" if creates else "r", word)
        elif kind == "D":
            base = call.scanner.touch("write" if extracts else "read", word, call.world, base=base, creates=False) or base
        elif not option:
            if creates:
                call.note("r", word, base)
            elif extracts:
                call.note("c", word, base) if plain(word.value).startswith((".", "/")) and base is None and ".." in word.value else None
        elif kind:
            call.note(kind, word)
        else:
            call.clear(word)
        if option in ("-I", "--use-compress-program", "--to-command", "--checkpoint-action"):
            command = re.sub(r"^exec=", "", plain(word.value))
            call.scanner.run(Word(command, word.span).source(), call.world.fork())
    return None


def _old_style(words: list[Word]) -> list[Word]:
    """`tar czf a b` as `tar -c -z -f a b`: letters that take a value take the words in turn."""
    letters, rest = plain(words[1].value), list(words[2:])
    out = [words[0]]
    for letter in letters:
        out.append(Word(f"-{letter}", words[1].span))
        if letter in "fCTXbgHIKLNV" and rest:
            out.append(rest.pop(0))
    return out + rest


def _dd(call: Call) -> Worlds:
    for word in call.args:
        name, equals, _ = plain(word.value).partition("=")
        if equals and name in ("if", "of"):
            call.note("r" if name == "if" else "c", part(word, 3))
    return None


_CURL = parse(
    "u* | -o,--output,-D,--dump-header,-c,--cookie-jar,--trace,--trace-ascii,--stderr,--output-dir,--libcurl,--hsts,--alt-svc,--etag-save=c"
    " -K,--config,-T,--upload-file,--cacert,--capath,-E,--cert,--key,--netrc-file,--etag-compare,--proto-default,--unix-socket,--proxy-cacert,--crlfile=r"
    " -d,--data,--data-binary,--data-ascii,--data-raw,--data-urlencode,--json,-F,--form,--form-string,-H,--header,-b,--cookie,-w,--write-out=@"
    " -X,--request,-u,--user,-A,--user-agent,-e,--referer,-m,--max-time,--connect-timeout,-x,--proxy,--retry,--retry-delay,--resolve,--limit-rate"
    ",-r,--range,-C,--continue-at,-y,-Y,-z,-Q,-t,-P,--interface,--max-redirs,--url,--proto,--ciphers,--tls-max,-U,--oauth2-bearer,--retry-max-time=-"
)


def _curl(call: Call) -> Worlds:
    for option, word in options(call.args, _CURL.options):
        if word is None:
            continue
        kind = _CURL.options.get(option, "")
        text = plain(word.value)
        if option == "--url" or not option:
            if text.startswith("file:"):
                call.note("r", word)
        elif kind == "@":
            _from_file(call, option, word, text)
        elif kind in ("r", "c"):
            if text != "-" and not (option == "--unix-socket" and not text):
                call.note(kind, word)
        elif not kind:
            call.clear(word)
    return None


def _from_file(call: Call, option: str, word: Word, text: str) -> None:
    """`-d @file`, `-F name=@file`, `-b file`."""
    if option in ("-F", "--form"):
        match = re.match(r"[^=]*=[@<]([^;,]+)", text)
    elif option in ("-b", "--cookie"):
        match = re.match(r"([^=]+)$", text)
    elif option == "--data-urlencode":
        match = re.match(r"[^=@]*@(.+)", text)
    else:
        match = None if option in ("--data-raw", "--form-string") else re.match(r"@(.+)", text)
    if match and match[1] != "-":
        call.note("r", part(word, match.start(1), match.end(1)))


_WGET = parse(
    "u* | -O,--output-document,-o,--output-file,-a,--append-output,-P,--directory-prefix,--save-cookies,--warc-file=c"
    " -i,--input-file,--load-cookies,--ca-certificate,--certificate,--private-key,--post-file,--body-file,--config=r"
    " -t,-T,-Q,-w,-U,-e,-A,-R,-D,-X,-I,-l,--header,--user,--password,--user-agent,--post-data,--method,--limit-rate=-"
)


def _wget(call: Call) -> Worlds:
    for option, word in options(call.args, _WGET.options):
        if word is None:
            continue
        kind = _WGET.options.get(option, "")
        if kind in ("r", "c") and plain(word.value) != "-":
            call.note(kind, word)
        elif not option and plain(word.value).startswith("file:"):
            call.note("r", word)
    return None


_DOCKER = parse(
    "| -v,--volume=V --mount=M --env-file,--config,--tlscacert,--tlscert,--tlskey,-f,--file,--secret,--ssh,--project-directory=r"
    " --cidfile,--iidfile,--metadata-file=c -o,--output=O -e,--env,-p,--publish,--name,-w,--workdir,-u,--user,--entrypoint,--network,--net,-l"
    ",--label,-h,--hostname,--add-host,-t,--tag,--build-arg,--platform,--target,-m,--memory,--cpus,--gpus,--restart,--format,--filter,-H,--host"
    ",--log-driver,--log-opt,--cap-add,--cap-drop,--security-opt,--shm-size,--ip,--dns,--tmpfs,--pull,--progress,-n,--tail,--since,--device,-c"
    ",--context,--expose,--ulimit,--runtime,--pid,--ipc,--userns,-p,--profile,--cache-from,--cache-to=- --build-context=?"
)
_DOCKER_VALUE_F = {"ps", "images", "inspect", "logs", "rm", "rmi", "prune", "ls"}


def _docker(call: Call) -> Worlds:
    operands: list[Word] = []
    words = call.args
    name = next((text for text in call.texts() if not text.startswith("-")), "")
    sub = [text for text in call.texts() if not text.startswith("-")][1:2]
    flags = {**_DOCKER.options}
    if name in _DOCKER_VALUE_F or sub and sub[0] in _DOCKER_VALUE_F:
        flags |= {"-f": "-" if name in ("ps", "images", "inspect") else "f", "-n": "f", "-t": "f"}
    if name in ("exec", "run"):
        flags |= {"-t": "f", "-n": "-"}
    if name == "compose" or call.name == "docker-compose":
        flags |= {"-t": "-", "-o": "-"}
    stop = 3 if name in ("run", "create") else 99
    for at, (option, word) in enumerate(options(words, flags)):
        if not option and word:
            operands.append(word)
            # behind the image comes what runs inside it
            if len(operands) >= stop - 1 and name in ("run", "create", "exec"):
                break
        elif word:
            _mounted(call, flags.get(option, ""), word, at)
    if name in ("build", "buildx") and operands[1:]:
        call.guess(operands[-1])
    elif name in ("cp",):
        for word, kind in zip(operands[1:3], "rc", strict=False):
            if ":" not in plain(word.value):
                call.note(kind, word)
    elif name in ("load", "save", "import", "export"):
        for option, word in options(words, {"-i": "r", "--input": "r", "-o": "c", "--output": "c"}):
            if option and word:
                call.note("r" if "i" in option else "c", word)
    return None


def _mounted(call: Call, kind: str, word: Word, _: int) -> None:
    text = plain(word.value)
    if kind == "V":
        source = text.split(":")[0]
        if ":" in text and re.match(r"[/.~]", source):
            read_only = re.search(r":(?:\w+,)*ro(?:,\w+)*$", text) is not None
            call.note("r" if read_only else "w", part(word, 0, len(source)))
    elif kind in ("M", "O"):
        match = re.search(r"(?:source|src|dest|type=local,dest)=([^,]+)", text)
        if match and (kind == "O" or re.match(r"[/.~]", match[1])):
            read_only = kind == "M" and re.search(r"readonly|\bro\b", text) is not None
            call.note("r" if read_only else "w", part(word, match.start(1), match.end(1)))
        elif kind == "O" and "=" not in text:
            call.note("c", word)
    elif kind in ("r", "c"):
        call.clear(word, "write" if kind == "c" else "read") if "=" in text else call.note(kind, word)


_REMOTE = re.compile(r"(?:[\w.-]+@)?[\w.-]+:(?!//)|rsync://|\[[\da-f:]+\]:")


def _copies(call: Call) -> Worlds:
    """`scp` and `rsync`: only what has no host in front of it lies here."""
    spec = parse(
        "| -i,-F,-S,--exclude-from,--include-from,--files-from,--password-file,--link-dest,--compare-dest,--copy-dest=r -P,-p,-c,-l,-o,-J,-D=-"
        if call.name in ("scp", "sftp")
        else "| -e,--rsh,--exclude,--include,--filter,-f,--chmod,--bwlimit,--port,-M,--info,--debug,--out-format,--timeout,--max-size,--min-size"
        ",-B,--rsync-path,--chown,--usermap,--groupmap=- --exclude-from,--include-from,--files-from,--password-file,--link-dest,--compare-dest"
        ",--copy-dest=r --backup-dir,--log-file,--partial-dir,-T,--temp-dir=c -p,-P,-c,-l,-o,-D=f"
    )
    flags = spec.options | ({"-p": "f"} if call.name == "scp" else {})
    operands = []
    for option, word in options(call.args, flags):
        if not option and word:
            operands.append(word)
        elif word and flags.get(option, "").strip("f-"):
            call.note(flags[option], word)
    for at, word in enumerate(operands):
        last = at == len(operands) - 1 and at > 0
        if not _REMOTE.match(plain(word.value)):
            call.note("c" if last else "r", word)
    return None


def _make(call: Call) -> Worlds:
    known = {"-C": "d", "--directory": "d", "-f": "r", "--file": "r", "--makefile": "r", "-I": "r", "-o": "-", "-W": "-",
             "--eval": "-", "-j": "f", "-l": "f", "-O": "f"}  # fmt: skip
    base = None
    for option, word in options(call.args, known):
        if word is None:
            continue
        if known.get(option) == "d":
            base = call.scanner.touch("read", word, call.world, base=base) or base
        elif option and known.get(option) == "r":
            call.note("r", word, base)
        elif not option and re.match(r"(DESTDIR|[Pp]refix|PREFIX|O|BUILD_?DIR|OUT\w*)=", plain(word.value)):
            call.clear(part(word, plain(word.value).index("=") + 1), "write")
        elif not option and "=" not in plain(word.value):
            call.guess(word, base)
    return None


def _npm(call: Call) -> Worlds:
    """Runners of other programs: what stands behind them is a command, or a script of the project."""
    texts = call.texts()
    if call.name in ("npx", "bunx", "pnpx", "uvx", "pipx") or texts[:1] in (["exec"], ["dlx"], ["x"]):
        known = {"-p": "-", "--package": "-", "-c": "-", "--call": "-", "--from": "-", "--with": "-", "--prefix": "d"}
        args = call.args if texts[:1] not in (["exec"], ["dlx"], ["x"], ["run"]) else call.args[1:]
        return _behind(call, args, known)
    if texts[:1] == ["run"] and call.name in ("uv", "poetry", "pdm", "hatch", "pipenv", "conda", "mamba", "micromamba", "rye"):
        known = {"--with": "-", "--python": "-", "-p": "-", "--extra": "-", "--group": "-", "-n": "-", "--name": "-",
                 "--package": "-", "--project": "d", "--directory": "d", "--env-file": "r", "-m": "-"}  # fmt: skip
        return _behind(call, call.args[1:], known)
    if texts[:1] == ["pip"] and call.name == "uv":
        return call.scanner.run_words([Word("pip", call.args[0].span), *call.args[1:]], call.world)
    if texts[:1] in (["run"], ["test"], ["start"], ["run-script"], ["t"]) and call.name in ("npm", "pnpm", "yarn", "bun"):
        for word in call.args[1:]:
            call.guess(word) if "/" in plain(word.value) and not plain(word.value).startswith("-") else None
        return None
    if texts[:1] in (["install"], ["i"], ["add"], ["link"]):
        for word in call.args[1:]:
            call.clear(word)
    if call.name in ("npm", "pnpm") and "config" in texts[:1] and "set" in texts[:2]:
        call.note("c", Word(f"{call.world.home}/.npmrc", call.words[0].span))
    follow_table(call)
    return None


def _behind(call: Call, args: list[Word], known: dict[str, str]) -> Worlds:
    at = 0
    base = None
    while at < len(args) and plain(args[at].value).startswith("-"):
        if plain(args[at].value) == "--":
            at += 1
            break
        option, word = next(options(args[at : at + 2], known))
        if word and known.get(option) in ("d", "r"):
            base = call.scanner.touch("read", word, call.world) if known[option] == "d" else base
        if word and option in ("-c", "--call"):
            call.scanner.run(word.source(), call.world.fork())
        at += 2 if known.get(option, "f") != "f" and at + 1 < len(args) and word is args[at + 1] else 1
    return inner(call, args[at:], base)


def _pip(call: Call) -> Worlds:
    """What may be installed is a name or a path; the folder of a path is written to when it is built."""
    for word in call.args[1:]:
        call.clear(word)
    follow_table(call)
    return None


def _install(call: Call) -> Worlds:
    """`install -d folder...` makes folders; else as `cp`."""
    if any(re.fullmatch(r"-[a-zA-Z]*d[a-zA-Z]*|--directory", text) for text in call.texts()):
        call.follow(parse("c* | -m,--mode,-o,--owner,-g,--group=-"))
    else:
        follow_table(call)
    return None


def _ln(call: Call) -> Worlds:
    """A symbolic link's target is read from the folder of the link."""
    operands = [word for option, word in options(call.args, {"-t": "c", "-S": "-"}) if not option and word]
    symbolic = any(re.fullmatch(r"-[a-zA-Z]*s[a-zA-Z]*|--symbolic", text) for text in call.texts())
    if symbolic and len(operands) == 2:
        target, name = operands
        link = plain(name.value)
        folder = link.rpartition("/")[0] if "/" in link else None
        base = None
        if folder is not None and not plain(target.value).startswith("/"):
            base = folder if folder.startswith("/") else f"{call.world.cwd}/{folder}"
        call.scanner.touch("read", target, call.world, base=base)
        path = call.scanner.touch("write", name, call.world, creates=True)
        call.world.links[path or ""] = target.value
        return None
    follow_table(call)
    return None


def _ignored(_: Call) -> Worlds:
    return None


TOOLS: dict[str, Callable[[Call], Worlds]] = {
    "git": _git,
    **dict.fromkeys(("tar", "bsdtar", "gtar"), _tar),
    "dd": _dd,
    "curl": _curl,
    "wget": _wget,
    **dict.fromkeys(("docker", "podman", "nerdctl", "docker-compose"), _docker),
    **dict.fromkeys(("scp", "sftp", "rsync"), _copies),
    **dict.fromkeys(("make", "gmake"), _make),
    **dict.fromkeys(
        ("npm", "pnpm", "yarn", "bun", "npx", "bunx", "pnpx", "uv", "uvx", "poetry", "pdm", "hatch", "pipenv", "pipx",
         "conda", "mamba", "micromamba", "rye"), _npm
    ),
    **dict.fromkeys(("pip", "pip3"), _pip),
    "install": _install,
    "ln": _ln,
}  # fmt: skip
