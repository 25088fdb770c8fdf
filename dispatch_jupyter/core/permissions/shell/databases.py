"""Shells of databases: what their own commands and SQL read, write and run."""

import re
from collections.abc import Callable

from .call import READERS, Call, options
from .expand import Word
from .held import output, shell
from .marks import HOLE, plain
from .operands import follow_table
from .world import World

Worlds = list[World] | None

_FILE = re.compile(
    r"(?:(?:^|;|\n)\s*\.(?P<dot>read|import|output|once|open|restore|load|dump|backup|save|cd|log|shell|system|excel|archive)\s+"
    r"(?:--?\w+\s+)*|ATTACH\s+(?:DATABASE\s+)?|(?P<function>readfile|writefile|load_extension|pg_read_file|lo_import"
    r"|lo_export|load_file|edit|read_\w+|parquet_scan)\(\s*|VACUUM\s+INTO\s*"
    r"|\\(?P<slash>i|ir|include|o|out|g|gx|w|write|cd|lo_import|lo_export|copy\b.{0,300}?\b(?:from|to)|!|\.)\s+"
    r"|\b(?P<copy>COPY\b\s*(?:\((?:[^()]|\((?:[^()]|\([^()]*\))*\)){0,2000}\)|[^;]{0,300}?)\s*\b(?:FROM|TO))\s+|\b(?P<infile>(?:IN|OUT|DUMP)FILE)\s+"
    r"|(?:^|;\s*|\n)\s*(?P<word>system|source|tee|pager|load)\s+)"
    r"(?P<program>PROGRAM\s*)?(?:'(?P<quoted>[^'\n]+)'|\"(?P<double>[^\"\n]+)\"|(?P<bare>[^'\"\s;,)]+)(?P<rest>[^;\n]*))",
    re.IGNORECASE,
)
_READING = re.compile(
    r"\b(?:read_\w+|\w+_scan|glob|sniff_csv|pg_read_(?:binary_)?file|pg_ls_dir|pg_stat_file|load_file|readfile|file"
    r"|readblob|lsdir|xp_cmdshell)\s*\(\s*\[?\s*'([^']+)'|\b(?:FROM|JOIN|DESCRIBE|SUMMARIZE)\s+'((?:/|\.\./|~/)[^']*)'",
    re.IGNORECASE,
)
"""Functions and tables that are files."""
_RUNS = {"shell", "system", "!", "pager"}
_WRITES = {"output", "once", "backup", "save", "log", "o", "out", "g", "gx", "w", "write", "tee", "outfile", "dumpfile",
           "writefile", "lo_export"}  # fmt: skip


def sql(call: Call, word: Word) -> None:
    """Statements and commands of a database's shell."""
    for match in _READING.finditer(plain(word.value)):
        if re.match(r"[/~.]", path := match[1] or match[2]):
            call.note("r", Word(path, word.span))
    for match in _FILE.finditer(plain(word.value)):
        call.scanner.spend()
        names = (match[key] for key in ("dot", "function", "slash", "copy", "infile", "word"))
        name = next((name.lower() for name in names if name), "")
        path = match["quoted"] or match["double"] or match["bare"]
        found = Word(path, word.span)
        if name in _RUNS or match["program"]:
            shell(call, Word(path + (match["rest"] or "") if match["bare"] else path, word.span))
        elif path.startswith("|"):
            output(call, Word(path + (match["rest"] or ""), word.span))
        elif name.startswith("copy") or name in ("infile", "load"):
            if re.match(r"[/~.]", path):
                call.note("c" if name.endswith("to") else "r", found)
        else:
            call.note("c" if name in _WRITES or match[0][:6].upper() in ("ATTACH", "VACUUM") else "r", found)


READERS["Q"] = sql


def _only_asks(call: Call) -> bool:
    """Whether nothing is changed: opened for reading, or given questions alone."""
    texts = call.texts()
    words = [text for text in texts if not text.startswith("-")][1:]
    return "-readonly" in texts or (
        bool(words)
        and all(
            re.match(
                r"\s*(?:select|explain|pragma\s+\w+\s*(?:;|\(|$)|\.(?:dump|tables|schema|indexes|databases|mode|headers))",
                text,
                re.IGNORECASE,
            )
            and not re.search(r";\s*(?!select|explain)\w|writefile|\binto\b", text, re.IGNORECASE)
            for text in words
        )
    )


def _sqlite(call: Call) -> Worlds:
    known_options = {"-cmd": "Q", "-init": "r", "-separator": "-", "-nullvalue": "-", "-newline": "-"}
    first = True
    for option, word in options(call.args, known_options):
        if word is None:
            continue
        if option:
            call.note(known_options.get(option, "-"), word)
        elif first:
            call.note("r" if _only_asks(call) else "c", word)
            first = False
        else:
            sql(call, word)
    _fed(call)
    return None


def _duckdb(call: Call) -> Worlds:
    for option, word in options(call.args, {"-c": "-", "-s": "-", "-init": "r"}):
        if option in ("-c", "-s") and word:
            sql(call, word)
        elif word:
            call.note("r", word)
    _fed(call)
    return None


def _client(call: Call) -> Worlds:
    """A client of a server: by its table; what it is fed is its language."""
    follow_table(call)
    _fed(call)
    return None


def _fed(call: Call) -> None:
    if call.world.stdin not in ("", HOLE):
        sql(call, Word(call.world.stdin, call.words[0].span))


DATABASES: dict[str, Callable[[Call], Worlds]] = {
    "sqlite3": _sqlite,
    "duckdb": _duckdb,
    **dict.fromkeys(("psql", "mysql", "mariadb"), _client),
}
