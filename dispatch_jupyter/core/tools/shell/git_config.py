"""Which changes of a git configuration are everyday ones."""

import re

_SECTION = re.compile(r"\s*\[([A-Za-z][A-Za-z0-9-]*)(?: \"((?:[^\"\\\n]|\\[\"\\])*)\")?\]\s*")
_SETTING = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*)\s*(?:=\s*(.*?))?\s*")
_PLAIN_VALUE = re.compile(r"[^\\\n]*")
_URL = re.compile(r"(?:https?|git|ssh)://\w\S*|\w[\w.-]*@\w[\w.-]*:[\w/~]\S*")
"""Elsewhere only: git runs the hooks of a repository on this machine, whoever wrote them."""
_REFSPEC = re.compile(r"\+?[\w./*-]+(?::[\w./*-]+)?")
_WORD = re.compile(r"[\w./@+-]*")
_ANY = re.compile(r"[^\n]*")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
Setting = tuple[str, str, str, str]
"""Section, subsection, name, value."""
MAX_LINE = 1_000
"""Characters; longer lines are of no everyday configuration."""

_HARMLESS: dict[tuple[str, str], re.Pattern[str]] = {
    **{
        ("core", name): _WORD
        for name in (
            "repositoryformatversion", "filemode", "bare", "logallrefupdates", "ignorecase", "precomposeunicode",
            "symlinks", "autocrlf", "eol", "safecrlf", "abbrev", "quotepath",
        )
    },
    ("user", "name"): _ANY,
    ("user", "email"): _ANY,
    ("remote", "url"): _URL,
    ("remote", "pushurl"): _URL,
    ("remote", "fetch"): _REFSPEC,
    ("remote", "push"): _REFSPEC,
    **{("branch", name): _REFSPEC for name in ("merge", "rebase", "description")},
    ("submodule", "url"): _URL,
    ("submodule", "active"): _WORD,
    ("init", "defaultbranch"): _REFSPEC,
    ("pull", "rebase"): _WORD,
    ("pull", "ff"): _WORD,
    ("push", "default"): _WORD,
    ("push", "autosetupremote"): _WORD,
    ("fetch", "prune"): _WORD,
    ("merge", "conflictstyle"): _WORD,
    ("color", "ui"): _WORD,
    ("commit", "gpgsign"): _WORD,
    ("extensions", "objectformat"): _WORD,
}  # fmt: skip
"""Settings that make git run nothing and read nothing else, and what their values may look like."""


def only_harmless_changes(before: str, after: str) -> bool:
    """Whether `after` adds nothing to `before` that could make git run or read something.

    What cannot be read in the simplest form of the format counts as harmful: git reads more forms than are
    understood here. What stood there before may stay, in the same section; remotes, branches and aliases may go.
    """
    new = _settings(after)
    if new is None:
        return False
    old = set(_settings(before) or ())
    if any(_kept_from(setting) for setting in old.difference(new)):
        return False
    remotes = {sub for section, sub, name, _ in new if (section, name) == ("remote", "url")}
    # a remote that was there may have had its name for a path until now: those go together
    return all(setting in old or _is_harmless(setting, remotes) for setting in new) and not _unnamed(new, old, remotes)


def _kept_from(setting: Setting) -> bool:
    """Whether a setting may have kept git from something, as `core.hooksPath=/dev/null` does."""
    section, _, name, _ = setting
    return section not in ("remote", "branch", "submodule", "alias", "user") and (section, name) not in _HARMLESS


def _unnamed(new: list[Setting], old: set[Setting], remotes: set[str]) -> bool:
    """Whether a branch has lost the remote it names, whose name then is a path."""
    before = {sub for section, sub, name, _ in old if (section, name) == ("remote", "url")}
    return any(_names_remote(one) and one[3] in before - remotes for one in new)


def _names_remote(setting: Setting) -> bool:
    return setting[0] == "branch" and setting[2] in ("remote", "pushremote")


def _is_harmless(setting: Setting, remotes: set[str]) -> bool:
    section, _, name, value = setting
    if _names_remote(setting):
        return value == "." or value in remotes
    allowed = _HARMLESS.get((section, name))
    return allowed is not None and allowed.fullmatch(value) is not None


def _settings(text: str) -> list[Setting] | None:
    """Those of all lines; None where a line has any other form."""
    found: list[Setting] = []
    section, sub = "", ""
    for line in text.replace("\r\n", "\n").split("\n"):
        if len(line) > MAX_LINE or _CONTROL.search(line):
            return None
        if not line.strip() or line.lstrip()[0] in "#;":
            continue
        if header := _SECTION.fullmatch(line):
            section, sub = header[1].lower(), header[2] or ""
        elif section and (setting := _SETTING.fullmatch(line)) and _PLAIN_VALUE.fullmatch(setting[2] or ""):
            found.append((section, sub, setting[1].lower(), setting[2] or ""))
        else:
            return None
    return found
