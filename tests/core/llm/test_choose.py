"""Which model is chosen, and what a person is told when something is missing."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from dispatch_jupyter.core.llm import probe
from dispatch_jupyter.core.llm.choose import best_ollama, best_served, choose, model_ref
from dispatch_jupyter.core.llm.probe import look_around
from dispatch_jupyter.core.llm.providers import FIRST_CHOICES, PROVIDERS, api_base, known_providers, ollama_base
from model_server import ModelServer
from talk import run

ANTHROPIC = {"ANTHROPIC_API_KEY": "a"}
OPENAI = {"OPENAI_API_KEY": "o"}
GEMINI = {"GEMINI_API_KEY": "g"}
ALL = ANTHROPIC | OPENAI | GEMINI
NAMED = {"DISPATCH_MODEL": "groq/llama", "GROQ_API_KEY": "q"}


@pytest.mark.parametrize(
    ("environ", "configured", "ollama", "model", "source"),
    [
        (NAMED | ALL, "openai/x", ["qwen3"], "groq/llama", "DISPATCH_MODEL"),
        (ALL, "openai/x", ["qwen3"], "openai/x", "dispatch.yaml"),
        (ALL, None, ["qwen3"], "anthropic/claude-sonnet-5-5", "ANTHROPIC_API_KEY"),
        (OPENAI | GEMINI, None, ["qwen3"], "openai/gpt-6.1-sol", "OPENAI_API_KEY"),
        (GEMINI, None, ["qwen3"], "gemini/gemini-3.8-flash", "GEMINI_API_KEY"),
        ({"GOOGLE_API_KEY": "g"}, None, None, "gemini/gemini-3.8-flash", "GOOGLE_API_KEY"),
        ({"ANTHROPIC_API_KEY": " "} | OPENAI, "  ", None, "openai/gpt-6.1-sol", "OPENAI_API_KEY"),
        (ALL, "heavy", None, "anthropic/claude-sonnet-5-5", "ANTHROPIC_API_KEY"),
        (OPENAI | {"DISPATCH_MODEL": "light"}, None, None, "openai/gpt-6.1-sol", "OPENAI_API_KEY"),
        ({}, None, ["llama3.1:8b", "qwen3-coder:30b"], "ollama_chat/qwen3-coder:30b", "ollama"),
    ],
)
def test_the_order(environ, configured, ollama, model, source):
    found = choose(environ, configured, ollama)
    assert (found.model.id, found.source, found.ready, found.problems) == (model, source, True, [])


def test_nothing_at_all_is_the_demo_and_says_every_way_out():
    found = choose({}, None, None)
    assert (found.model.id, found.model.demo, found.source, found.ready) == ("demo/rules", True, "demo", False)
    (problem,) = found.problems
    told = f"{problem.message} {problem.hint}"
    for way in (
        "no language model", "ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "OPENAI_BASE_URL",
        "start Jupyter again", "dispatch.yaml", "DISPATCH_MODEL", "ollama pull",
    ):  # fmt: skip
        assert way in told


@pytest.mark.parametrize(
    ("named", "variable"),
    [
        ("anthropic/claude-sonnet-5-5", "ANTHROPIC_API_KEY"),
        ("openai/gpt-6.1-sol", "OPENAI_API_KEY"),
        ("gemini/gemini-3.8-flash", "GEMINI_API_KEY"),
        ("groq/llama", "GROQ_API_KEY"),
        ("openrouter/a/b", "OPENROUTER_API_KEY"),
        ("claude-opus-5-5", "ANTHROPIC_API_KEY"),
        ("gpt-5.5", "OPENAI_API_KEY"),
    ],
)
@pytest.mark.parametrize("source", ["DISPATCH_MODEL", "dispatch.yaml"])
def test_a_missing_key_is_named(named, variable, source):
    by_variable = source == "DISPATCH_MODEL"
    found = choose({source: named} if by_variable else {}, None if by_variable else named, ["qwen3"])
    assert not found.ready and found.source == source
    (problem,) = found.problems
    assert source in problem.message and named in problem.message and variable in problem.message
    assert f"export {variable}=" in problem.hint


def test_an_unknown_provider_is_said_with_the_nearest():
    (problem,) = choose({"DISPATCH_MODEL": "antropic/claude"}, None, None).problems
    assert "antropic/claude" in problem.message
    assert "`anthropic/" in problem.message
    (problem,) = choose({"DISPATCH_MODEL": "nonsense"}, None, None).problems
    assert "provider/name" in problem.hint
    assert not choose({"DISPATCH_MODEL": "anthropic/"}, None, None).ready


@pytest.mark.parametrize("named", ["ollama_chat/x", "hosted_vllm/x", "bedrock/x", "nscale/x", "lm_studio/x"])
def test_providers_whose_key_is_not_one_variable_are_left_to_the_call(named):
    assert choose({"DISPATCH_MODEL": named}, None, None).ready


def test_demo_by_name():
    for name in ("demo", "demo/rules"):
        found = choose(ALL | {"DISPATCH_MODEL": name}, None, None)
        assert (found.model.id, found.ready) == ("demo/rules", False)


def test_a_compatible_server():
    server = {"OPENAI_BASE_URL": "http://127.0.0.1:8000/v1"}
    found = choose(server, None, None, ["text-embedding-3", "qwen/qwen3"])
    assert (found.model.id, found.source, found.ready) == ("openai/qwen/qwen3", "OPENAI_BASE_URL", True)
    assert choose(server | OPENAI, None, None, ["x"]).source == "OPENAI_API_KEY"
    named = choose(server | {"DISPATCH_MODEL": "qwen/qwen3"}, None, None)
    assert (named.model.id, named.ready) == ("openai/qwen/qwen3", True)
    for served in (None, [], ["text-embedding-3"]):
        found = choose(server, None, None, served)
        assert found.model.demo
        assert "OPENAI_BASE_URL" in found.problems[0].message
        assert "export DISPATCH_MODEL=openai/" in found.problems[0].hint
    assert choose(server | GEMINI, None, None, None).model.provider == "gemini"


def test_ollama_without_a_fitting_model():
    found = choose({}, None, ["nomic-embed-text:latest"])
    assert found.model.demo
    assert "Ollama" in found.problems[0].message and "ollama pull" in found.problems[0].hint


def test_best_of_ollama():
    assert best_ollama(["llava:7b", "llama3.1:8b", "mistral-small:24b"]) == "mistral-small:24b"
    assert best_ollama(["gemma2:9b", "somebody/qwen3-coder:30b", "qwen3:8b"]) == "somebody/qwen3-coder:30b"
    assert best_ollama(["a-new-family:1b"]) == "a-new-family:1b"
    assert best_ollama(["nomic-embed-text", "codellama:7b"]) is None


def test_best_served():
    assert best_served(["gpt-4o", "gpt-6.1-sol"]) == "gpt-6.1-sol"
    assert best_served(["whisper-1", "my-model"]) == "my-model"
    assert best_served([]) is None


def test_labels():
    assert model_ref("openrouter/qwen/qwen3-coder").label == "qwen3-coder"
    assert model_ref("demo/rules").label == "demo, no language model"


def test_no_key_in_what_is_shown():
    key = "sk-very-secret-key"
    shown = choose({name: key for p in PROVIDERS.values() for name in p.keys}, "nonsense/x", None).model_dump_json()
    assert key not in shown


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("", "http://127.0.0.1:11434"),
        ("box", "http://box:11434"),
        ("box:1234", "http://box:1234"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:99", "http://127.0.0.1:99"),
        ("http://box:1/", "http://box:1"),
        ("https://box/ollama", "https://box:443/ollama"),
        ("[::1]:5", "http://[::1]:5"),
    ],
)
def test_ollama_addresses(host, base):
    assert ollama_base({"OLLAMA_HOST": host}) == base


def test_addresses():
    assert api_base({}, "openai") is None
    assert api_base({"OPENAI_API_BASE": "http://a/v1/"}, "openai") == "http://a/v1"
    assert api_base({"ANTHROPIC_API_BASE": "http://a", "ANTHROPIC_BASE_URL": "http://b"}, "anthropic") == "http://b"
    assert api_base({"GEMINI_BASE_URL": "http://a"}, "gemini") == "http://a/v1beta"
    assert api_base({"GEMINI_API_BASE": "http://a/v1"}, "gemini") == "http://a/v1"
    assert api_base({"GROQ_API_BASE": "http://a"}, "nonesuch") is None


def test_the_default_models_are_in_litellms_list_and_take_tools():
    folder = Path(find_spec("litellm").submodule_search_locations[0])
    listed = json.loads((folder / "model_prices_and_context_window_backup.json").read_text())
    for name in FIRST_CHOICES:
        model = PROVIDERS[name].default_model
        entry = listed.get(f"{name}/{model}") or listed[model]
        assert entry["litellm_provider"] == name
        assert entry["mode"] == "chat"
        assert entry["supports_function_calling"] and entry["input_cost_per_token"] > 0
        assert "deprecation_date" not in entry


def test_the_table_names_providers_as_litellm_does():
    folder = Path(find_spec("litellm").submodule_search_locations[0])
    listed = json.loads((folder / "provider_endpoints_support_backup.json").read_text())["providers"]
    assert set(PROVIDERS) <= set(listed)
    assert "bedrock" in known_providers() and "tavily" not in known_providers()


def around(environ, configured=None):
    return run(lambda: look_around(environ, configured))


def test_the_servers_of_a_person_are_asked(monkeypatch):
    monkeypatch.setattr(probe, "GUESS_SECONDS", 30.0)
    with ModelServer(models=["tts-1", "house-model"], ollama_models=["qwen3:8b"]) as server:
        served = around({"OPENAI_BASE_URL": f"{server.url}/v1"})
        assert served.model.id == "openai/house-model"
        local = around({"OLLAMA_HOST": server.url})
        assert (local.model.id, local.source) == ("ollama_chat/qwen3:8b", "ollama")


def test_nobody_is_asked_where_a_model_or_key_decides(monkeypatch):
    import httpx

    def never(*_, **__):
        raise AssertionError("asked")

    monkeypatch.setattr(httpx, "AsyncClient", never)
    hosts = {"OLLAMA_HOST": "http://127.0.0.1:1"}
    assert around(hosts | ANTHROPIC).model.provider == "anthropic"
    assert around(hosts | {"DISPATCH_MODEL": "demo"}).model.demo
    assert around(hosts, "openai/x").model.id == "openai/x"
    assert around(hosts | {"OPENAI_BASE_URL": "http://127.0.0.1:1"} | ANTHROPIC).model.provider == "anthropic"


def test_a_server_that_does_not_answer_costs_a_moment():
    import socket
    import time

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        started = time.monotonic()
        found = around({"OLLAMA_HOST": f"http://127.0.0.1:{deaf.getsockname()[1]}"})
        assert found.model.demo and len(found.problems) == 1
        assert time.monotonic() - started < 4  # httpx itself would wait 5
    assert around({"OLLAMA_HOST": "http://127.0.0.1:1"}).model.demo
    assert around({"OLLAMA_HOST": "not a host at all"}).model.demo


def test_something_else_on_the_port():
    with ModelServer() as server:
        assert around({"OLLAMA_HOST": f"{server.url}/nothing"}).model.demo
