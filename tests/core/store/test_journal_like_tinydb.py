"""The journal is TinyDB: whatever a program does to it, stock TinyDB in its place gives the same."""

import copy
import json
import random
from pathlib import Path

import pytest
from tinydb import TinyDB, where
from tinydb import operations as do
from tinydb.storages import MemoryStorage
from tinydb.table import Document

from dispatch_jupyter.core.store.journal import JournalDB

TABLES = ("one", "two")


class Reference(MemoryStorage):
    """Stock TinyDB's semantics: every read and write goes through JSON, as in its file storage."""

    def read(self):
        return None if self.memory is None else json.loads(self.memory)

    def write(self, data):
        self.memory = json.dumps(data)


def clumsy(document):
    document["x"] = -1
    raise RuntimeError("an updater that fails half way")


def steps(random_, number):
    """All kinds of things one does to a table; each takes the table and gives something to compare."""
    x = random_.randrange(6)
    new = {"x": x, "list": [x, {"deep": None}], "tuple": (1, 2), "text": "ä\n\ud800", "né": {1: 2}}
    ids = [random_.randrange(60) for _ in range(3)]

    def moved(table):
        # TinyDB's own operations never do this, an updater may: it changes the order
        def updater(documents):
            for key in list(documents)[:2]:
                document = documents.pop(key)
                documents[max(documents, default=0) + 1] = {"x": 9}
                documents[key] = document

        table._update_table(updater)

    return [
        lambda table: table.insert(copy.deepcopy(new)),
        lambda table: table.insert(copy.deepcopy(new)),
        lambda table: table.insert_multiple([copy.deepcopy(new), {"x": x + 1}]),
        lambda table: table.insert_multiple([{"x": x}, 5]),
        lambda table: table.insert(Document({"x": x}, number)),
        lambda table: table.insert_multiple([Document({"x": x}, ids[0]), Document({"x": x}, ids[1])]),
        lambda table: table.insert({"x": object()}),
        lambda table: table.update({"y": [x]}, where("x") == x),
        lambda table: table.update({"z": x}),
        lambda table: table.update(lambda document: document["list"].append(9), where("list").exists()),
        lambda table: table.update(clumsy, where("x") == x),
        lambda table: table.update(do.increment("x"), doc_ids=ids),
        lambda table: table.update(do.delete("y"), where("y").exists()),
        lambda table: table.update_multiple([({"m": 1}, where("x") == x), (do.set("n", 2), where("x") > x)]),
        lambda table: table.upsert({"x": x, "u": number}, where("x") == x),
        lambda table: table.upsert(Document({"x": x}, ids[0])),
        lambda table: table.remove(where("x") == x),
        lambda table: table.remove(doc_ids=ids),
        lambda table: table.truncate() if random_.random() < 0.3 else None,
        moved,
        lambda table: table.search(where("x") == x),
        lambda table: table.get(doc_id=ids[0]),
        lambda table: table.contains(where("u") == number),
    ]


def outcome(step, table):
    try:
        return step(table)
    except Exception as error:
        return type(error)


def contents(db):
    tables = [db.table(name) for name in TABLES]
    found = [table.search(where("x") == x) for table in tables for x in range(6)]
    return db.tables(), found, [[(document.doc_id, dict(document)) for document in table] for table in tables]


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 120, 20))
def test_random_programs_give_what_stock_tinydb_gives(tmp_path: Path, first: int) -> None:
    for seed in range(first, first + 20):
        random_ = random.Random(seed)
        path = tmp_path / f"{seed}.jsonl"
        stock, ours = TinyDB(storage=Reference), JournalDB(path)
        for number in range(40):
            where_ = (seed, number)
            name = random_.choice(TABLES)
            kind = random_.randrange(23)
            state = random_.getstate()
            expected = outcome(steps(random_, number)[kind], stock.table(name))
            random_.setstate(state)
            assert outcome(steps(random_, number)[kind], ours.table(name)) == expected, where_
            if random_.random() < 0.03:
                ours.storage.compact()
            if random_.random() < 0.03:
                stock.drop_table(name)
                ours.drop_table(name)
            if random_.random() < 0.01:
                stock.drop_tables()
                ours.drop_tables()
            if random_.random() < 0.1:
                ours.close()
                # a database opened anew does not know which ids it gave away
                again = TinyDB(storage=Reference)
                again.storage.memory = stock.storage.memory
                stock, ours = again, JournalDB(path)
            assert contents(ours) == contents(stock), where_
        in_memory = contents(ours)
        ours.close()
        ours = JournalDB(path)
        assert contents(ours) == in_memory == contents(stock), seed
        ours.close()


def test_an_empty_table_is_remembered(tmp_path: Path) -> None:
    db = JournalDB(tmp_path / "db.jsonl")
    db.table("empty", persist_empty=True)
    db.close()
    with JournalDB(tmp_path / "db.jsonl") as db:
        assert db.tables() == {"empty"}


def test_documents_put_as_json_are_found_by_queries(tmp_path: Path) -> None:
    with JournalDB(tmp_path / "db.jsonl") as db:
        table = db.table("t")
        assert table.search(where("a") == 1) == []
        db.put_encoded([("t", "7", b'{\n"a": 1\n}')], sync=False)
        assert table.search(where("a") == 1) == [{"a": 1}]
        assert table.get(doc_id=7) == {"a": 1}
