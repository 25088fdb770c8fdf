"""What has to be known of a provider before litellm is imported: its variables and our default model."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

DEMO = "demo/rules"
LOCAL_OLLAMA = "http://127.0.0.1:11434"


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as litellm names it, and where its settings are in the environment."""

    name: str
    label: str
    keys: tuple[str, ...] = ()
    """Variables that may hold the key, the first that is set wins. Empty: it needs none, or more than one variable."""
    bases: tuple[str, ...] = ()
    """Variables that may hold another address to talk to."""
    default_model: str = ""
    """What is used where only a key is given: a general model, good at code, that takes tools."""


_ALL = (
    Provider(
        "anthropic",
        "Anthropic",
        ("ANTHROPIC_API_KEY",),
        ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_BASE"),
        "claude-sonnet-5-5",
    ),
    Provider("openai", "OpenAI", ("OPENAI_API_KEY",), ("OPENAI_BASE_URL", "OPENAI_API_BASE"), "gpt-6.1-sol"),
    Provider(
        "gemini",
        "Google Gemini",
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        ("GEMINI_BASE_URL", "GEMINI_API_BASE", "GOOGLE_GEMINI_BASE_URL"),
        "gemini-3.8-flash",
    ),
    Provider("ollama_chat", "Ollama", bases=("OLLAMA_API_BASE", "OLLAMA_HOST")),
    Provider("ollama", "Ollama", bases=("OLLAMA_API_BASE", "OLLAMA_HOST")),
    Provider("azure", "Azure OpenAI", ("AZURE_API_KEY",), ("AZURE_API_BASE",)),
    Provider("cerebras", "Cerebras", ("CEREBRAS_API_KEY",)),
    Provider("cohere", "Cohere", ("COHERE_API_KEY",)),
    Provider("dashscope", "DashScope", ("DASHSCOPE_API_KEY",)),
    Provider("deepseek", "DeepSeek", ("DEEPSEEK_API_KEY",)),
    Provider("fireworks_ai", "Fireworks AI", ("FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY")),
    Provider("groq", "Groq", ("GROQ_API_KEY",)),
    Provider("hosted_vllm", "vLLM", bases=("HOSTED_VLLM_API_BASE",)),
    Provider("litellm_proxy", "LiteLLM Proxy", ("LITELLM_PROXY_API_KEY",), ("LITELLM_PROXY_API_BASE",)),
    Provider("lm_studio", "LM Studio", bases=("LM_STUDIO_API_BASE",)),
    Provider("mistral", "Mistral", ("MISTRAL_API_KEY",)),
    Provider("moonshot", "Moonshot", ("MOONSHOT_API_KEY",)),
    Provider("nvidia_nim", "NVIDIA NIM", ("NVIDIA_NIM_API_KEY",)),
    Provider("openrouter", "OpenRouter", ("OPENROUTER_API_KEY",)),
    Provider("perplexity", "Perplexity", ("PERPLEXITYAI_API_KEY", "PERPLEXITY_API_KEY")),
    Provider("together_ai", "Together AI", ("TOGETHERAI_API_KEY", "TOGETHER_API_KEY")),
    Provider("xai", "xAI", ("XAI_API_KEY",)),
    Provider("zai", "Z.AI", ("ZAI_API_KEY",)),
)
PROVIDERS = {provider.name: provider for provider in _ALL}
FIRST_CHOICES = ("anthropic", "openai", "gemini")
"""Whose keys are looked for when no model is named, in this order."""

_SAME_ACCOUNT = {
    "anthropic_text": "anthropic",
    "azure_text": "azure",
    "cohere_chat": "cohere",
    "custom_openai": "openai",
    "text-completion-openai": "openai",
}
"""Other names of litellm's for a provider, that take the same key: a budget holds for them as well."""

_FAMILIES = {"claude": "anthropic", "gpt": "openai", "chatgpt": "openai", "gemini": "gemini"}


def provider_of(model: str) -> str:
    """The provider in a model id: what stands before the first slash."""
    return model.partition("/")[0]


def describe(name: str) -> Provider:
    """What is known of a provider; for one that is not in the table, its name."""
    return PROVIDERS.get(name) or Provider(name, name)


def account_of(provider: str) -> str:
    """The provider whose keys a provider takes: mostly its own."""
    return _SAME_ACCOUNT.get(provider, provider)


def value_of(environ: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, str]:
    """(name, value) of the first variable that is set and not blank; two empty strings where none is."""
    for name in names:
        if value := environ.get(name, "").strip():
            return name, value
    return "", ""


def api_base(environ: Mapping[str, str], provider: str) -> str | None:
    """The address a provider is reached at, where the environment names one."""
    if provider in ("ollama", "ollama_chat"):
        return ollama_base(environ)
    _, base = value_of(environ, describe(provider).bases)
    base = base.rstrip("/")
    if base and provider == "gemini" and not re.search(r"/v\d\w*$", base):
        base += "/v1beta"  # Google's own tools take the variable without the version, litellm wants it
    return base or None


def ollama_base(environ: Mapping[str, str]) -> str:
    """Ollama's address. `OLLAMA_HOST` may be a bare `host`, `host:port` or a URL; 0.0.0.0 is where it listens."""
    _, base = value_of(environ, PROVIDERS["ollama_chat"].bases)
    if not base:
        return LOCAL_OLLAMA
    url = urlsplit(base if "//" in base else f"http://{base}")
    host = "127.0.0.1" if url.hostname in (None, "0.0.0.0", "::") else url.hostname  # noqa: S104
    host = f"[{host}]" if ":" in host else host
    port = url.port or (443 if url.scheme == "https" else 11434)
    return f"{url.scheme}://{host}:{port}{url.path.rstrip('/')}"


def family_of(name: str) -> str | None:
    """The provider of a model named without one (`claude-…`, `gpt-…`, `o3`, `gemini-…`)."""
    family = re.split(r"[-\d]", name, maxsplit=1)[0].lower()
    if family == "o" and re.match(r"o\d", name):
        return "openai"
    return _FAMILIES.get(family)


@cache
def known_providers() -> frozenset[str]:
    """Every provider that chats through litellm, read from its data without importing it."""
    names = set(PROVIDERS)
    spec = find_spec("litellm")
    for folder in (spec and spec.submodule_search_locations) or ():
        file = Path(folder, "provider_endpoints_support_backup.json")
        if file.is_file():
            listed = json.loads(file.read_text(encoding="utf-8"))["providers"]
            names |= {name for name, entry in listed.items() if entry["endpoints"].get("chat_completions")}
    return frozenset(names)
