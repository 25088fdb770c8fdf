"""Who gave leave for always: notes that explain entries of dispatch.yaml, and never stand for one."""

from pathlib import Path

import pytest
from config_person import Person

from dispatch_jupyter.core.config import edit
from dispatch_jupyter.core.config.edit import add_always, always_entries, remove_always
from dispatch_jupyter.core.config.given import Given, given_file, read_given
from dispatch_jupyter.core.protocol.commands import Asker
from dispatch_jupyter.core.protocol.errors import Invalid, StoreError
from dispatch_jupyter.core.protocol.ids import AgentId, RequestId, SessionId

ETC = Path("/etc")
ASKER = Asker(agent_id=AgentId("s1-a1"), session_id=SessionId("s1"), title="Hosts", path=["dispatch"])


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


def given(by: str = "ada") -> Given:
    return Given(by=by, request_id=RequestId("r1"), asker=ASKER)


def shown(person: Person) -> list[tuple[str, str, str]]:
    entries = always_entries(person.environ, read_given(person.environ))
    return [(grant.operation, grant.path, grant.granted_by) for grant in entries]


def test_who_gave_it_is_told_with_the_entry(person: Person) -> None:
    note = given()
    add_always([("read", ETC)], person.environ, note)
    (grant,) = always_entries(person.environ, read_given(person.environ))
    assert (grant.granted_by, grant.created_at, grant.agent_id) == ("ada", note.at, "s1-a1")
    assert grant.place is not None and (grant.place.path, grant.place.line) == (str(person.file), 3)


def test_what_was_typed_is_nobodys(person: Person) -> None:
    add_always([("read", ETC)], person.environ, given())
    add_always([("write", Path("/srv"))], person.environ, given("bob"))
    # `read` is ours, written by hand as a part of something wider
    person.put("permissions:\n  auto_allow:\n    - {path: /srv, allow: all}\n    - {path: /etc, allow: read}\n")
    assert shown(person) == [("write", "/srv", ""), ("execute", "/srv", ""), ("read", "/etc", "ada")]
    lines = [grant.place and grant.place.line for grant in always_entries(person.environ)]
    assert lines == [3, 3, 4]


def test_a_note_without_its_entry_means_nothing(person: Person) -> None:
    add_always([("read", ETC)], person.environ, given())
    person.put("{}\n")
    assert shown(person) == []
    add_always([("read", Path("/srv"))], person.environ, given("bob"))
    assert len(read_given(person.environ)) == 1  # the other is dropped with the next that is written


def test_what_was_taken_back_and_typed_again_is_not_theirs(person: Person) -> None:
    (grant,) = add_always([("read", ETC)], person.environ, given())
    remove_always(grant.id, person.environ)
    person.put("permissions: {auto_allow: [{path: /etc, allow: read}]}\n")
    assert shown(person) == [("read", "/etc", "")]


def test_what_cannot_be_noted_is_not_allowed(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreError("No space.")

    monkeypatch.setattr(edit, "note_given", full)
    with pytest.raises(StoreError):
        add_always([("read", ETC)], person.environ, given())
    assert not person.file.exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 1}', '{"version": 1, "given": {"x": {"by": 1}}}'])
def test_a_damaged_record_takes_nothing_away(person: Person, text: str) -> None:
    (grant,) = add_always([("read", ETC)], person.environ, given())
    given_file(person.environ).write_text(text)
    with pytest.raises(StoreError, match=r"leave\.json is damaged"):
        read_given(person.environ)
    assert person.allowed() == [("read", "/etc")]
    add_always([("read", Path("/srv"))], person.environ, given("bob"))
    assert given_file(person.environ).with_name("leave.json.damaged").read_text() == text
    assert shown(person) == [("read", "/etc", ""), ("read", "/srv", "bob")]
    remove_always(grant.id, person.environ)
    assert shown(person) == [("read", "/srv", "bob")]


def test_it_is_private(person: Person) -> None:
    add_always([("read", ETC)], person.environ, given())
    assert given_file(person.environ).stat().st_mode & 0o777 == 0o600


def test_leave_for_several_places_is_all_or_nothing(person: Person) -> None:
    wanted = [("read", ETC), ("write", Path("/srv"))]
    with pytest.raises(Invalid):
        add_always([*wanted, ("read", Path("/a*"))], person.environ, given())
    assert not person.file.exists() and not given_file(person.environ).exists()
    grants = add_always([*wanted, ("read", Path("/srv/data"))], person.environ, given())
    assert [(grant.operation, grant.path) for grant in grants] == [
        ("read", "/etc"), ("write", "/srv"), ("read", "/srv/data"),
    ]  # fmt: skip
    assert shown(person) == [("read", "/etc", "ada"), ("write", "/srv", "ada")], "leave to write is leave to read"
