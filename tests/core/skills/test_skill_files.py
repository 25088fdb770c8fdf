"""A skill's file: front matter and text, whatever somebody wrote."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_jupyter.core.skills.front_matter import FrontMatterError, split
from dispatch_jupyter.core.skills.mapping import MAX_NAMES, read_lines
from dispatch_jupyter.core.skills.skill import MAX_DESCRIPTION, Parsed, parser

FILE = Path("/p/.skills/default/some-file.md")
PACKAGE = Path("/p/.skills/some-folder/SKILL.md")


def parsed(text: str | bytes, path: Path = FILE) -> Parsed:
    return parser(path)(text if isinstance(text, bytes) else text.encode())


def test_front_matter_and_text_are_read():
    skill = parsed(
        "---\nname: house-style\ndescription: How we\n  write\ntags: [coding, style]\n---\n# Style\n\nPlain.\n"
    )
    assert skill == Parsed("house-style", "How we write", ("coding", "style"), "# Style\n\nPlain.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Just text.\n", Parsed("some-file", text="Just text.")),
        ("\ufeff---\r\nname: a\r\n---\r\nText.\r\nMore.\r\n", Parsed("a", text="Text.\nMore.")),
        ("\n\n---\nname: a\n---\nText.", Parsed("a", text="Text.")),
        ("---\n---\nText.", Parsed("some-file", text="Text.")),
        ("---\n# nothing\n---\nText.", Parsed("some-file", text="Text.")),
        ("---\nname:\ndescription:\ntags:\n---\nText.", Parsed("some-file", text="Text.")),
        ("---\nname: a\nlicense: MIT\nmetadata: {x: [1]}\n---\nText.", Parsed("a", text="Text.")),
        ("---\nname: a\ntags: one, two ,one\n---\nText.", Parsed("a", tags=("one", "two"), text="Text.")),
        ("---\nname: a\ntags: [1.10, yes]\n---\nT.", Parsed("a", tags=("1.10", "yes"), text="T.")),
        ("---\nname: no\ndescription: 12\n---\nText.", Parsed("no", "12", text="Text.")),
        ("---\nname: a\n---\nText.\n\n---\n\nAfter a rule.", Parsed("a", text="Text.\n\n---\n\nAfter a rule.")),
        ("Text.\n\n---\nnot: x\n---\nEnd.", Parsed("some-file", text="Text.\n\n---\nnot: x\n---\nEnd.")),
        ("{\n}\nText.", Parsed("some-file", text="{\n}\nText.")),
    ],
)  # fmt: skip
def test_all_of_these_are_skills(text: str, expected: Parsed):
    assert parsed(text) == expected


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("---\nname: a\nText.", 1, "has no end"),
        ("---\nname: a\ndescription: Use it: when\n---\nText.", 3, "not valid YAML"),
        ("\n\n---\nname: a\nb: 'c\n---\nText.", 6, "not valid YAML"),
        ("---\nname: [a\n---\nText.", 3, "not valid YAML"),
        ("---\nname: \t@a\n---\nText.", 2, "not valid YAML"),
        ("---\nname: a\x01\n---\nText.", 2, "not valid YAML"),
        ("---\n- a\n- b\n---\nText.", 1, "not a mapping"),
        ("---\njust words\n---\nText.", 1, "not a mapping"),
        ("---\n&a [*a]\n---\nText.", 2, "not valid YAML"),
        (f"---\n{'[' * 15_000}\n---\nText.", 1, "more than 200 brackets"),
        (f"---\n{'- ' * 7_000}\n---\nText.", 1, "nested too deeply"),
        (f"---\nname: a\nb: {'x' * 16_000}\n---\nText.", 1, "more than 16,000 characters"),
        ("---\ndescription: x\nname: [a]\n---\nText.", 3, "`name` is not text"),
        ("---\nname: a:b\n---\nText.", 2, "`name` cannot be used"),
        ("---\nname: ../a\n---\nText.", 2, "`name` cannot be used"),
        (f"---\nname: {'a' * 101}\n---\nText.", 2, "`name` cannot be used"),
        ('---\nname: "a\\u202eb"\n---\nText.', 2, "`name` cannot be used"),
        ("---\ndescription: {a: b}\n---\nText.", 2, "`description` is not text"),
        ("---\nname: a\ntags: {a: b}\n---\nText.", 3, "`tags` are not a list"),
        ("---\nname: a\ntags: [[a]]\n---\nText.", 3, "`tags` are not a list"),
        ("", 1, "has no text"),
        ("---\nname: a\n---\n \n", 1, "has no text"),
        (b"caf\xe9", 1, "not UTF-8 text (byte 3)"),
        ("a\0b", 1, "NUL"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str | bytes, line: int, words: str):
    error = parsed(text).error
    assert error is not None and error.place is not None
    assert words in error.message and error.message.startswith("/p/.skills/default/some-file.md")
    assert (error.place.path, error.place.line) == (str(FILE), line)
    assert error.code == "invalid" and error.hint


def test_a_package_needs_a_description_and_is_named_as_its_folder():
    assert parsed("---\ndescription: D.\n---\nText.", PACKAGE) == Parsed("some-folder", "D.", (), "Text.")
    error = parsed("Text.", PACKAGE).error
    assert error is not None and "no `description`" in error.message


def test_a_description_is_one_line_of_some_length():
    skill = parsed(f"---\ndescription: |\n  One\n  two {'x' * 2000}\n---\nText.")
    assert skill.description.startswith("One two x") and len(skill.description) == MAX_DESCRIPTION


def test_yaml_is_not_made_into_anything_but_text():
    bombs = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    merges = "\n".join(f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}]}}" for n in range(1, 12))
    started = time.process_time()
    for text in (f"a0: &a0 x\n{bombs}", f"m0: &m0 {{a: b}}\n{merges}", f"n: {'1:' * 5000}1.0", f"n: {'9' * 9000}"):
        assert parsed(f"---\nname: a\n{text}\n---\nText.") == Parsed("a", text="Text.")
    for tag in ("!!timestamp x", "!!int x", "!!python/object/apply:os.getcwd []", "!!binary x"):
        assert parsed(f"---\nname: a\nx: {tag}\n---\nText.") == Parsed("a", text="Text.")
    assert time.process_time() - started < 5


YAMLISH = st.text(alphabet="ab:-[]{}&*!|>'\"#%@`,?\n \t\r~=<\0\x85\u2028é", max_size=200)


@settings(deadline=2000)
@given(YAMLISH.map(lambda text: f"---\n{text}\n---\nText.") | YAMLISH | st.text(max_size=200))
def test_any_text_is_a_skill_or_has_an_error(text: str):
    for path in (FILE, PACKAGE):
        skill = parsed(text.encode("utf-8", "surrogatepass"), path)
        if skill.error is None:
            assert skill.text and skill.name and "\n" not in skill.name + skill.description + "".join(skill.tags)
            assert ":" not in skill.name and len(skill.name) <= 100
        else:
            assert skill.error.place is not None and 1 <= skill.error.place.line <= text.count("\n") + 8
            skill.error.model_dump_json()


@given(st.binary(max_size=300))
def test_any_bytes_are_a_skill_or_have_an_error(raw: bytes):
    skill = parsed(raw)
    assert bool(skill.text) or skill.error is not None
    read_lines(raw, FILE)


@given(st.text(max_size=200))
def test_front_matter_never_fails_otherwise(text: str):
    try:
        meta, body = split(text)
    except FrontMatterError as error:
        assert error.line >= 1 and error.hint
    else:
        assert isinstance(meta, dict) and len(body) <= len(text)


def test_a_mapping_file_is_a_name_a_line():
    raw = "\ufeff# what coders get\r\nhouse-style.md\r\n\r\n  - global:tests   # all of them\nc#-style\n#no\n".encode()
    lines = read_lines(raw, Path("/p/.skills/agents/coder.txt"))
    assert [(one.name, one.line) for one in lines.wanted] == [
        ("house-style.md", 2),
        ("global:tests", 4),
        ("c#-style", 5),
    ]
    assert lines.error is None


def test_a_mapping_file_has_an_end():
    lines = read_lines(b"a\n" * (MAX_NAMES + 5), Path("/p/x.txt"))
    assert len(lines.wanted) == MAX_NAMES and lines.error is not None and lines.error.place is not None
    assert lines.error.place.line == MAX_NAMES + 1
    assert "not UTF-8" in (read_lines(b"\xff", Path("/p/x.txt")).error or lines.error).message
