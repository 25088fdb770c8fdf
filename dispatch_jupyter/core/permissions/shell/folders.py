"""The shell's own commands that change the folder."""

import re
from collections.abc import Callable

from ...protocol.parts import Operation
from .call import Call
from .expand import Word
from .marks import HOLE, UNSET, doubtful, plain
from .world import World

Worlds = list[World] | None


def _cd(call: Call) -> Worlds:
    flags = [word for word in call.args if re.fullmatch(r"-[LPe@]+", plain(word.value))]
    targets = [word for word in call.args if word not in flags and plain(word.value) != "--"]
    world = call.world
    word = targets[0] if targets else Word(world.text("HOME"), call.words[0].span)
    if plain(word.value) == "-":
        if world.text("OLDPWD") == UNSET:
            # nothing to go back to: it fails
            world.status = False
            return None
        word = Word(world.text("OLDPWD"), word.span)
    stay, elsewhere = world.copy(), list[World]()
    if not word.value.replace(UNSET, ""):
        call.scanner.doubt(word.span)
        return None
    if word.value.startswith(HOLE):
        call.scanner.doubt(word.span)
    relative = not plain(word.value).startswith(("/", ".", HOLE))
    if relative and (folders := world.text("CDPATH")) not in ("", UNSET):
        for folder in folders.split(":")[:4]:
            call.scanner.touch("read", word, world, base=folder)
            there = world.copy()
            there.change_folder(f"{folder}/{plain(word.value)}")
            elsewhere.append(there)
    before = set(call.scanner.found)
    call.scanner.touch("read", word, world)
    world.change_folder(plain(word.value).replace(UNSET, ""), physical=any("P" in plain(f.value) for f in flags))
    _passed(call, set(call.scanner.found) - before)
    world.status = True
    # a folder below is taken to be there
    if re.match(r"[\w./-]*$", plain(word.value)) and not re.search(r"^/|\.\.", plain(word.value)):
        return [world, *elsewhere]
    if _is_there(call):
        return [world, *elsewhere]
    stay.status = False
    return [world, stay, *elsewhere]


def _is_there(call: Call) -> bool:
    """Whether the folder just gone to exists for certain, or was made by the command itself."""
    folder = call.world.cwd
    if doubtful(folder) or ("write", folder, False) in call.scanner.found:
        # it was moved or removed
        return False
    return call.scanner.around.is_folder(folder) or ("write", folder, True) in call.scanner.found


def _passed(call: Call, new: set[tuple[Operation, str, bool]]) -> None:
    """Folders above the project that are only gone through on the way back: `cd .. && cd project`."""
    world = call.world
    if world.passing and f"{world.cwd}/".startswith(f"{world.start}/"):
        call.scanner.found.pop(world.passing, None)
        world.passing = None
        return
    for key in new:
        if world.start.startswith(f"{world.cwd.rstrip('/')}/") and world.passing is None:
            world.passing = key


def _pushd(call: Call) -> Worlds:
    world = call.world
    if not call.args or _turned(call) is not None:
        folders, place = world.folders(), _turned(call) or 1
        if not call.args and len(folders) < 2:
            return None
        if not call.args:
            folders[0], folders[1] = folders[1], folders[0]
        else:
            folders = folders[place:] + folders[:place]
        world.change_folder(folders[0])
        world.stack = folders[:0:-1]
        return None
    world.stack.append(world.cwd)
    return _cd(call)


def _turned(call: Call) -> int | None:
    """The place in the list of `dirs` that `+n` or `-n` names."""
    for text in call.texts():
        if match := re.fullmatch(r"([+-])(\d+)", text):
            count = len(call.world.folders())
            place = int(match[2]) if match[1] == "+" else count - 1 - int(match[2])
            return place if 0 <= place < count else None
    return None


def _popd(call: Call) -> Worlds:
    world, place = call.world, _turned(call)
    if place:
        del world.stack[len(world.stack) - place]
    elif world.stack:
        world.change_folder(world.stack.pop())
    return None


def _dirs(call: Call) -> Worlds:
    world, place = call.world, _turned(call)
    lines = any(re.fullmatch(r"-[lc]*[pv]\w*", text) for text in call.texts())
    if "-c" in call.texts():
        world.stack.clear()
    elif place is not None:
        world.print(world.folders()[place] + "\n")
    else:
        world.print(("\n" if lines else " ").join(world.folders()) + "\n")
    return None


FOLDERS: dict[str, Callable[[Call], Worlds]] = {
    **dict.fromkeys(("cd", "chdir"), _cd),
    "pushd": _pushd,
    "popd": _popd,
    "dirs": _dirs,
}
