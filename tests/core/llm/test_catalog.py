"""Which keys and models there are: of the settings, of the environment, and of both."""

from dispatch_jupyter.core.config.schema import Settings
from dispatch_jupyter.core.llm.catalog import Catalog, catalog_of
from dispatch_jupyter.core.llm.choose import choose
from dispatch_jupyter.core.llm.secret import SecretRef

ENV = {"ANTHROPIC_API_KEY": "sk-a", "OPENAI_API_KEY": "sk-o"}


def catalog(config: dict | None = None, environ: dict | None = None, ollama=None) -> Catalog:
    settings = Settings.model_validate(config or {})
    environ = ENV if environ is None else environ
    return catalog_of(settings, environ, choose(environ, settings.model, ollama))


def keys(found: Catalog) -> list[str]:
    return [key.id for key in found.keys]


def models(found: Catalog) -> dict[str, tuple]:
    return {model.id: model.keys for model in found.models}


def test_nothing_at_all_is_the_demo():
    found = catalog(environ={})
    assert models(found) == {"demo/rules": (None,)}
    assert found.default.model == "demo/rules"
    assert found.keys == ()


def test_a_key_of_the_environment_goes_by_the_name_of_its_variable():
    found = catalog()
    assert keys(found) == ["ANTHROPIC_API_KEY", "OPENAI_API_KEY"]
    assert models(found) == {"anthropic/claude-sonnet-5-5": ("ANTHROPIC_API_KEY",)}
    assert found.default.model == "anthropic/claude-sonnet-5-5"
    assert found.keys[0].secret == SecretRef("env", "ANTHROPIC_API_KEY")
    assert found.keys[0].budget is None


def test_a_model_that_is_named():
    assert catalog(environ=ENV | {"DISPATCH_MODEL": "openai/gpt-4.1"}).default.model == "openai/gpt-4.1"
    assert catalog({"model": "groq/x"}).models[0].keys == (), "there is no key for it"


def test_ollama_needs_no_key():
    assert models(catalog(environ={}, ollama=["qwen3-coder"])) == {"ollama_chat/qwen3-coder": (None,)}


def test_a_server_of_ones_own_needs_no_key():
    found = catalog({"model": "mine"}, {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"})
    assert models(found) == {"openai/mine": (None,)}


def test_keys_without_models_give_their_providers_defaults():
    found = catalog({"keys": [{"id": "b", "provider": "openai", "env": "B"}, {"id": "a", "provider": "anthropic"}]})
    assert models(found) == {"openai/gpt-6.1-sol": ("b",), "anthropic/claude-sonnet-5-5": ("a",)}
    assert found.default.model == "any"
    assert set(found.tags) == {"any"}


def test_models_without_keys_take_those_of_the_environment():
    found = catalog({"models": [{"id": "openai/gpt-4.1", "tags": "light"}]})
    assert models(found) == {"openai/gpt-4.1": ("OPENAI_API_KEY",)}
    assert found.default.model == "any"


def test_a_configured_key_replaces_the_environments_of_its_provider():
    found = catalog({"keys": [{"id": "work", "provider": "openai", "env": "W", "budget": {"usd": 1}}]})
    assert keys(found) == ["work", "ANTHROPIC_API_KEY"]
    for name in ("openai/gpt-4.1", "gpt-4.1", "openai/responses/gpt-4.1", "text-completion-openai/gpt-4.1"):
        assert found.model(name).keys == ("work",), "no way around its budget"
    assert found.model("anthropic/claude-x").keys == ("ANTHROPIC_API_KEY",)


def test_the_fallback_order_and_the_rest_as_it_stands():
    entries = [{"id": name, "provider": "openai", "env": name} for name in "ABCD"]
    found = catalog({"keys": entries, "fallback": ["C", "A", "nonesuch"]}, {})
    assert keys(found) == ["C", "A", "B", "D"]
    assert [key.position for key in found.keys] == [1, 2, 3, 4]
    assert found.model("openai/x").keys == ("C", "A", "B", "D")


def test_a_model_with_keys_of_its_own():
    entries = [{"id": name, "provider": "openai", "env": name} for name in "AB"]
    model = {"id": "openai/x", "keys": ["B", "nonesuch"]}
    assert models(catalog({"keys": entries, "models": [model]}, {})) == {"openai/x": ("B",)}


def test_where_the_secret_is():
    def ref(**entry):
        return catalog({"keys": [{"id": "k", **entry}]}, {"GOOGLE_API_KEY": "g"}).keys[0].secret

    assert ref(provider="openai") == SecretRef("env", "OPENAI_API_KEY")
    assert ref(provider="gemini") == SecretRef("env", "GOOGLE_API_KEY")
    assert ref(provider="openai", file="/k") == SecretRef("file", "/k")
    assert ref(provider="openai", keyring="work/me") == SecretRef("keyring", "work/me")
    assert ref(provider="ollama_chat", api_base="http://127.0.0.1:1") == SecretRef("none")


def test_an_address_of_ones_own_is_not_sent_the_providers_key():
    key = catalog({"keys": [{"id": "k", "provider": "openai", "api_base": "http://127.0.0.1:1/v1/"}]}).keys[0]
    assert key.secret == SecretRef("none")
    assert key.api_base == "http://127.0.0.1:1/v1"


def test_addresses_with_passwords_are_not_shown():
    base = "http://me:hush@127.0.0.1:1/v1"
    found = catalog({"keys": [{"id": "k", "provider": "openai", "api_base": base}]}, {"OPENAI_BASE_URL": base})
    assert "hush" not in repr(found)


def test_models_that_are_in_no_settings():
    found = catalog({"keys": [{"id": "work", "provider": "openai", "env": "W"}]}, {})
    assert found.model("openai/other").keys == ("work",)
    assert found.model("mistral/m").keys == ()
    assert found.model("nonesuch/m") is None
    assert found.model("hevy") is None
    assert found.model("demo").id == "demo/rules"
