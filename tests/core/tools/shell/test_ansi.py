"""Output as a terminal would show it."""

import pytest

from dispatch_jupyter.core.tools.shell.ansi import plain, tidy
from pace import cpu_within

RED, RESET = "\x1b[31m", "\x1b[0m"


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("a\r\nb\r\n", "a\nb\n"),
        ("10%\r20%\r100%\n", "100%\n"),
        ("abcdef\rxy", "xycdef"),
        ("abc\r\x1b[Kx", "x"),
        ("abc\x1b[2K\rx", "x"),
        ("old text\x1b[1K\rnew", "new"),
        ("50%\b\b\b60%", "60%"),
        ("|\b/\b-\b\\\bdone", "done"),
        ("\b\ba", "a"),
        (f"{RED}red{RESET} ok", "red ok"),
        ("\x1b[38;5;196mx\x1b[38;2;1;2;3my\x1b[4:3mz", "xyz"),
        ("\x1b]0;title\x07hi", "hi"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1$r0m\x1b\\x", "x"),
        ("\x1b(Bx\x1b=y\x1b>z", "xyz"),
        ("\x1b[?25lx\x1b[?25h\x1b[1A\x1b[10;5H", "x"),
        ("cut\x1b[", "cut"),
        ("cut\x1b", "cut"),
        ("tab\tbell\a nul\0 del\x7f csi\x9b31m", "tab\tbell nul del csi"),
        ("plain ünïcode 😀\n", "plain ünïcode 😀\n"),
        ("", ""),
    ],
)
def test_what_is_seen(raw, seen):
    assert plain(raw) == seen
    assert plain(tidy(raw)) == seen


def test_colours_stay_for_people():
    assert tidy(f"{RED}a{RESET}\nb") == f"{RED}a{RESET}\nb"
    assert tidy(f"\x1b[2J{RED}a\x1b[1A{RESET}") == f"{RED}a{RESET}"
    assert tidy(f"{RED}10%\r20%{RESET}\n{RED}x{RESET}") == f"20%\n{RED}x{RESET}"


def test_a_colour_may_go_on_over_lines_and_ends_with_the_text():
    assert tidy(f"{RED}a\nb") == f"{RED}a\nb{RESET}"


@pytest.mark.parametrize("piece", ["a\r", "\x1b]", "\x1b[", "\x1b[0;", "a\b", "\x1b    ", "\r\x1b[K", "\x1b[31m", "\0"])
def test_it_takes_no_time_whatever_comes(piece):
    text = piece * (128 * 1024 // len(piece))
    with cpu_within(1.0):
        plain(text)
        tidy(text)
