import json
import os
from pathlib import Path

import pytest

from dispatch_jupyter.notebook.errors import NoServer
from dispatch_jupyter.notebook.find import Server, find_server


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def record(runtime: Path, process: int, url: str) -> None:
    (runtime / f"jpserver-{process}.json").write_text(json.dumps({"url": url, "token": "t", "pid": process}))


def test_the_server_says_where_it_is(runtime: Path) -> None:
    record(runtime, os.getppid(), "http://localhost:1/")
    environment = {"DISPATCH_SERVER_URL": "http://localhost:8888/user/ada", "DISPATCH_SERVER_TOKEN": "secret"}
    assert find_server(environment) == Server("http://localhost:8888/user/ada/", "secret")


def test_else_it_is_the_server_that_started_the_kernel(runtime: Path) -> None:
    record(runtime, os.getppid(), "http://localhost:1/")
    record(runtime, 4242, "http://localhost:2/base/")
    assert find_server({"JPY_PARENT_PID": "4242"}) == Server("http://localhost:2/base/", "t")
    assert find_server({"JPY_PARENT_PID": "4243"}) == Server("http://localhost:1/", "t")
    assert find_server({}) == Server("http://localhost:1/", "t")


def test_a_stranger_s_server_is_not_taken(runtime: Path) -> None:
    record(runtime, 4242, "http://localhost:2/")
    with pytest.raises(NoServer) as caught:
        find_server({"JPY_PARENT_PID": "4243"})
    assert "jupyter lab" in str(caught.value.hint)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_a_record_that_is_half_written_counts_as_none(runtime: Path, text: str) -> None:
    (runtime / "jpserver-4242.json").write_text(text)
    with pytest.raises(NoServer):
        find_server({"JPY_PARENT_PID": "4242"})


def test_a_wild_process_id_names_no_file(runtime: Path) -> None:
    (runtime / "jpserver-x.json").write_text('{"url": "http://localhost:1/"}')
    with pytest.raises(NoServer):
        find_server({"JPY_PARENT_PID": "x"})


def test_the_token_never_shows() -> None:
    assert "secret" not in repr(Server("http://localhost/", "secret"))
