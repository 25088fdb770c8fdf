"""Programs that make text of text: what they print where their input and arguments are known."""

import base64
import binascii
import datetime
import re
from collections.abc import Callable
from itertools import zip_longest

from .call import Call, options
from .marks import HOLE, NAME, known, plain
from .operands import follow_table
from .outputs import input_of
from .world import World

Worlds = list[World] | None
_MAX = 500


def _filter(work: Callable[[Call, str], str | None]) -> Callable[[Call], Worlds]:
    """A program that prints what `work` makes of its input; what that cannot tell is unknown."""

    def run(call: Call) -> Worlds:
        follow_table(call)
        text = input_of(call)
        made = work(call, plain(text)) if known(text) else None
        if made is not None:
            call.world.print(made)
        else:
            # names of files stay names, cut in whatever way
            call.world.print(HOLE if HOLE in text or known(text) else f"{NAME}\n")
        return None

    return run


def _value(call: Call, *names: str) -> str | None:
    """What an option was given."""
    taking = dict.fromkeys(names, "-")
    found = [plain(word.value) for option, word in options(call.args, taking) if option in names and word]
    return found[-1] if found else None


def _has(call: Call, letters: str) -> bool:
    return any(re.match(rf"-[a-zA-Z]*[{letters}]", text) for text in call.texts())


def _rev(_: Call, text: str) -> str:
    return "\n".join(line[::-1] for line in text.split("\n"))


def _tac(_: Call, text: str) -> str:
    return "".join(f"{line}\n" for line in reversed(text.splitlines()))


def _sort(call: Call, text: str) -> str:
    lines = sorted(text.splitlines(), reverse=_has(call, "r"))
    return "".join(f"{line}\n" for line in (dict.fromkeys(lines) if _has(call, "u") else lines))


def _uniq(_: Call, text: str) -> str:
    lines = text.splitlines()
    return "".join(f"{line}\n" for at, line in enumerate(lines) if not at or line != lines[at - 1])


def _ends(call: Call, text: str) -> str | None:
    """`head` and `tail`."""
    first = call.name == "head"
    if (count := _value(call, "-c", "--bytes")) is not None:
        if not re.fullmatch(r"[+-]?\d+", count):
            return None
        size = int(count)
        return text[:size] if first else text[size - 1 :] if count[0] == "+" else text[-size:] if size else ""
    wanted = _value(call, "-n", "--lines") or next((t[1:] for t in call.texts() if re.fullmatch(r"-\d+", t)), "10")
    if not re.fullmatch(r"[+-]?\d+", wanted):
        return None
    size, lines = int(wanted), text.splitlines(keepends=True)
    if wanted[0] == "+":
        return "".join(lines[size - 1 :])
    return "".join(lines[:size] if first else lines[-size:] if size else [])


def _base64(call: Call, text: str) -> str | None:
    if not any(re.fullmatch(r"-[a-zA-Z]*[dD]i?|--decode", option) for option in call.texts()):
        return base64.b64encode(text.encode()).decode() + "\n"
    # whoever runs it runs what nobody has read
    call.world.opaque = True
    decode = base64.b32decode if call.name == "base32" else base64.b64decode
    try:
        return decode("".join(text.split()).encode("ascii", "replace")).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None


def _openssl(call: Call) -> Worlds:
    """`openssl base64 -d`, `openssl enc -d -base64`; else by its table."""
    texts = call.texts()
    if texts[:1] not in (["base64"], ["enc"]) or "-d" not in texts or "-in" in texts:
        follow_table(call)
        return None
    text = call.world.stdin
    decoded = _base64(call, text) if known(text) and ("base64" in texts[0] or "-base64" in texts) else None
    call.world.print(HOLE if decoded is None else decoded)
    return None


def _xxd(call: Call, text: str) -> str | None:
    text = re.sub(r"\s", "", text)
    if not any(option.startswith("-r") for option in call.texts()) or not re.fullmatch(r"(?:[0-9a-fA-F]{2})+", text):
        return None
    call.world.opaque = True
    return bytes.fromhex(text).decode("utf-8", "replace")


def _tr(call: Call, text: str) -> str | None:
    words = [plain(word.value) for option, word in options(call.args, {}) if not option and word]
    flags = "".join(t for t in call.texts() if re.fullmatch(r"-[cCdst]+|--\w+", t))
    if not words:
        return None
    first = _characters(words[0])
    if "c" in flags.lower().replace("squeeze", ""):
        first = "".join(dict.fromkeys(char for char in text if char not in first))
    if "d" in flags:
        return "".join(char for char in text if char not in first)
    if len(words) > 1 and (second := _characters(words[1])):
        table = {ord(char): second[min(at, len(second) - 1)] for at, char in reversed(list(enumerate(first)))}
        text, first = text.translate(table), second
    return re.sub(rf"([{re.escape(first)}])\1+", r"\1", text) if "s" in flags and first else text


def _characters(text: str) -> str:
    """The characters a `tr` set names."""
    for name, chars in {"upper": "A-Z", "lower": "a-z", "digit": "0-9", "space": " \t\n\r", "alpha": "A-Za-z",
                        "alnum": "A-Za-z0-9", "blank": " \t", "punct": "!-/:-@[-`{-~"}.items():  # fmt: skip
        text = text.replace(f"[:{name}:]", chars)
    text = re.sub(r"\\([0-7]{1,3})", lambda code: chr(int(code[1], 8) & 127), text)
    text = re.sub(r"\\(.)", lambda c: {"n": "\n", "t": "\t", "r": "\r"}.get(c[1], c[1]), text)

    def run(match: re.Match[str]) -> str:
        return "".join(chr(code) for code in range(ord(match[1]), min(ord(match[2]), 0xD7FF) + 1))[:300]

    return re.sub(r"(.)-(.)", run, text, flags=re.DOTALL)


def _cut(call: Call, text: str) -> str | None:
    chars = _value(call, "-c", "-b", "--characters", "--bytes")
    fields = _value(call, "-f", "--fields")
    mark = "" if chars else (_value(call, "-d", "--delimiter") or "\t")[:1]
    ranges = [re.fullmatch(r"(\d*)(-?)(\d*)", piece) for piece in (chars or fields or "x").split(",")]
    glue = _value(call, "--output-delimiter") or mark
    if not all(ranges) or "--complement" in call.texts():
        return None
    out = []
    for line in text.splitlines()[:_MAX]:
        pieces = line.split(mark) if mark else list(line)
        if mark and len(pieces) == 1:
            out.append(line)
            continue
        taken: set[int] = set()
        for match in ranges:
            low, dash, high = match.groups()  # type: ignore[union-attr]
            stop = int(high or len(pieces)) if dash else int(low or 0)
            taken.update(range(int(low or 1), min(stop, len(pieces)) + 1))
        out.append(glue.join(pieces[at - 1] for at in sorted(taken)))
    return "\n".join(out) + "\n"


def _paste(call: Call, text: str) -> str | None:
    marks = (_value(call, "-d", "--delimiters") or "\t").replace("\\n", "\n").replace("\\0", "")
    files = [plain(word.value) for option, word in options(call.args, {"-d": "-"}) if not option and word]
    lines = text.splitlines()
    if _has(call, "s") or "--serial" in call.texts():
        return marks[:1].join(lines) + "\n"
    count = files.count("-")
    if not count or count != len(files):
        return None
    rows = zip_longest(*[iter(lines)] * count, fillvalue="")
    return "".join(marks[:1].join(row) + "\n" for row in rows)


def _fold(call: Call, text: str) -> str | None:
    width = _value(call, "-w", "--width") or "80"
    if not width.isdigit() or not int(width):
        return None
    size = int(width)
    return "\n".join("\n".join(line[at : at + size] for at in range(0, len(line), size)) for line in text.split("\n"))


def _seq(call: Call) -> Worlds:
    glue, wide, form = "\n", False, ""
    numbers = []
    for option, word in options(call.args, {"-s": "-", "--separator": "-", "-f": "-", "--format": "-", "-w": "f"}):
        text = plain(word.value) if word else ""
        glue = text if option in ("-s", "--separator") else glue
        form = text if option in ("-f", "--format") else form
        wide = wide or option in ("-w", "--equal-width")
        numbers += [text] if not option else [option] if re.fullmatch(r"-\d+", option) else []
    if not numbers or len(numbers) > 3 or not all(re.fullmatch(r"-?\d{1,6}", number) for number in numbers):
        call.world.print(f"{NAME}\n")
        return None
    first = int(numbers[0]) if len(numbers) > 1 else 1
    step = (int(numbers[1]) or 1) if len(numbers) == 3 else 1
    last = int(numbers[-1])
    found = range(first, last + (1 if step > 0 else -1), step)[:200]
    width = max((len(str(number)) for number in found), default=0) if wide else 0
    shown = [_shaped(form, number) if form else str(number).zfill(width) for number in found]
    call.world.print(glue.join(shown) + "\n")
    return None


def _shaped(form: str, number: int) -> str:
    match = re.fullmatch(r"(.*?)%([-0+ ]*\d{0,2}(?:\.\d)?)[gfe](.*)", form, re.DOTALL)
    flags = match[2] if match else ""
    return f"{match[1]}{('%' + flags.partition('.')[0] + 'd') % number}{match[3]}" if match else NAME


def _date(call: Call) -> Worlds:
    """`date +format`: what stands between its fields is known, and of a given time the fields too."""
    follow_table(call)
    form = next((text[1:] for text in call.texts() if text.startswith("+")), None)
    moment = _moment(_value(call, "-d", "--date") or "")
    if form is None:
        call.world.print(f"{NAME}\n")
        return None
    form = form.replace("%F", "%Y-%m-%d").replace("%T", "%H:%M:%S").replace("%D", "%m/%d/%y").replace("%n", "\n")
    out = re.sub(r"%([-_0^#]?[a-zA-Z%])", lambda m: _field(m[1], moment), form)
    call.world.print(out + "\n")
    return None


def _moment(text: str) -> datetime.datetime | None:
    if match := re.fullmatch(r"@(\d{1,10})", text):
        return datetime.datetime.fromtimestamp(int(match[1]), datetime.UTC)
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return None


def _field(kind: str, moment: datetime.datetime | None) -> str:
    if kind == "%":
        return "%"
    if moment is None or kind[-1] not in "YmdHMSyjabABesIpuw":
        return NAME
    if kind == "s":
        return str(int(moment.replace(tzinfo=moment.tzinfo or datetime.UTC).timestamp()))
    text = moment.strftime(f"%{kind[-1]}")
    return text.lstrip("0") or "0" if kind[0] == "-" else text


def _expr(call: Call) -> Worlds:
    """`expr substr text place length` and one step of arithmetic."""
    texts = call.texts()
    out = NAME
    if texts[:1] == ["substr"] and len(texts) == 4 and texts[2].isdigit() and texts[3].isdigit() and known(texts[1]):
        out = texts[1][int(texts[2]) - 1 :][: int(texts[3])]
    elif len(texts) == 3 and texts[0].isdigit() and texts[2].isdigit() and texts[1] in "+-*":
        a, b = int(texts[0][:9]), int(texts[2][:9])
        out = str({"+": a + b, "-": a - b, "*": a * b}[texts[1]])
    elif len(texts) == 3 and texts[1] == ":":
        out = HOLE
    call.world.print(f"{out}\n")
    return None


def _envsubst(call: Call, text: str) -> str:
    return re.sub(r"\$\{?([A-Za-z_]\w*)\}?", lambda name: call.world.text(name[1]), text)


FILTERS: dict[str, Callable[[Call], Worlds]] = {
    "rev": _filter(_rev),
    "tac": _filter(_tac),
    "sort": _filter(_sort),
    "uniq": _filter(_uniq),
    **dict.fromkeys(("head", "tail"), _filter(_ends)),
    **dict.fromkeys(("base64", "base32"), _filter(_base64)),
    "openssl": _openssl,
    "xxd": _filter(_xxd),
    "tr": _filter(_tr),
    "cut": _filter(_cut),
    "paste": _filter(_paste),
    "fold": _filter(_fold),
    "envsubst": _filter(_envsubst),
    "seq": _seq,
    "date": _date,
    "expr": _expr,
}
