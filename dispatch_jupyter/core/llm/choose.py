"""Which model is used when nobody has chosen one for the session: a pure function of what was found.

litellm is not imported here: this runs whenever the front end asks how ready Dispatch is.
"""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from ..config.model_schema import TAGS
from ..protocol.commands import Readiness
from ..protocol.parts import ModelRef
from ..protocol.records import ErrorInfo
from .providers import (
    DEMO,
    FIRST_CHOICES,
    PROVIDERS,
    Provider,
    api_base,
    describe,
    family_of,
    known_providers,
    provider_of,
    value_of,
)

_OLLAMA_PREFERRED = (
    r"qwen[\d.]*-?coder",
    r"devstral",
    r"gpt-oss",
    r"glm",
    r"qwen[3-9]",
    r"granite[\d.]*-code",
    r"granite[3-9]",
    r"mistral-(small|large|nemo)|ministral|magistral",
    r"llama[\d.]*3\.[1-9]|llama[4-9]",
    r"qwen2\.5",
    r"command-r",
    r"",
)
"""Families that take tools, the best at code first; what is left comes last."""

_NOT_FOR_AGENTS = re.compile(
    r"embed|bge-|minilm|rerank|whisper|tts|dall-e|image|moderation|audio|realtime|transcribe|sora"
    r"|llava|moondream|bakllava|gemma:|gemma2|codellama|starcoder|deepseek-coder:|tinyllama|vicuna|orca|phi:",
    re.IGNORECASE,
)


def choose(
    environ: Mapping[str, str],
    configured: str | None,
    ollama: Sequence[str] | None,
    served: Sequence[str] | None = None,
) -> Readiness:
    """The model in force, why it is that one, and what is missing.

    The order: `DISPATCH_MODEL`, `model:` of dispatch.yaml, the keys of Anthropic, OpenAI and Gemini, Ollama, the demo.

    Args:
        environ: environment variables.
        configured: `model:` of dispatch.yaml.
        ollama: the models a reachable Ollama has; None where there is none.
        served: the models of the server at `OPENAI_BASE_URL`; None where it was not asked or did not answer.
    """
    if named := named_one(environ, configured):
        return named_model(environ, *named)
    problems: list[ErrorInfo] = []
    for name in FIRST_CHOICES:
        provider = PROVIDERS[name]
        variable, _ = value_of(environ, provider.keys)
        if name == "openai" and api_base(environ, name):
            if model := best_served(served or ()):
                return _ready(f"openai/{model}", variable or value_of(environ, provider.bases)[0])
            problems.append(_no_model_named(environ, provider, served))
        elif variable:
            return _ready(f"{name}/{provider.default_model}", variable)
    if model := best_ollama(ollama or ()):
        return _ready(f"ollama_chat/{model}", "ollama")
    if ollama is not None:
        problems.append(_OLLAMA_EMPTY)
    return Readiness(model=model_ref(DEMO), source="demo", ready=False, problems=[*problems, _DEMO])


def named_one(environ: Mapping[str, str], configured: str | None) -> tuple[str, str] | None:
    """(model, who names it); None where nobody does. A tag names none: any model will do then."""
    for name, source in ((environ.get("DISPATCH_MODEL"), "DISPATCH_MODEL"), (configured, "dispatch.yaml")):
        if name and name.strip():
            return None if name.strip() in TAGS else (name.strip(), source)
    return None


def model_ref(model: str) -> ModelRef:
    """A model id as a record: provider and a short name for a badge."""
    if model == DEMO:
        return ModelRef(id=DEMO, provider="demo", label="demo, no language model", demo=True)
    return ModelRef(id=model, provider=provider_of(model), label=model.rpartition("/")[2])


def full_name(environ: Mapping[str, str], model: str) -> str:
    """A model id with its provider, where the name alone tells it.

    Names of a compatible server (`OPENAI_BASE_URL`) may hold slashes of their own: `qwen/qwen3-coder`.
    """
    if model in ("demo", DEMO):
        return DEMO
    if provider_of(model) in known_providers() and "/" in model:
        return model
    if api_base(environ, "openai"):
        return f"openai/{model}"
    family = None if "/" in model else family_of(model)
    return f"{family}/{model}" if family else model


def best_ollama(names: Sequence[str]) -> str | None:
    """The model of these that suits an agent best; None where there is none."""
    able = [name for name in names if not _NOT_FOR_AGENTS.search(name)]
    for family in _OLLAMA_PREFERRED:
        for name in able:
            if re.match(family, name.rpartition("/")[2], re.IGNORECASE):
                return name
    return None


def best_served(names: Sequence[str]) -> str | None:
    """The model of an OpenAI-compatible server to use: our default if it has it, else the first that can chat."""
    able = [name for name in names if not _NOT_FOR_AGENTS.search(name)]
    preferred = PROVIDERS["openai"].default_model
    return preferred if preferred in able else next(iter(able), None)


def _ready(model: str, source: str) -> Readiness:
    return Readiness(model=model_ref(model), source=source, ready=True)


def named_model(environ: Mapping[str, str], named: str, source: str) -> Readiness:
    """The model a person named, with what is missing for it."""
    model = full_name(environ, named)
    ref = model_ref(model)
    if ref.demo:
        return Readiness(model=ref, source=source, ready=False, problems=[_DEMO])
    problem = _problem(environ, model, source)
    return Readiness(model=ref, source=source, ready=problem is None, problems=[problem] if problem else [])


def _problem(environ: Mapping[str, str], model: str, source: str) -> ErrorInfo | None:
    name, slash, rest = model.partition("/")
    if not (slash and rest) or name not in known_providers():
        return _unknown(model, source)
    provider = describe(name)
    if not provider.keys or value_of(environ, provider.keys)[0] or (name == "openai" and api_base(environ, name)):
        return None
    variable = provider.keys[0]
    others = " (or ".join(("", *provider.keys[1:])) + ")" * (len(provider.keys) - 1)
    return ErrorInfo(
        code="bad_key",
        message=f"{source} names `{model}`, but there is no key for {provider.label}: {variable}{others} is not set.",
        hint=f"Set it and start Jupyter again:\n{set_command(variable)}",
    )


def _unknown(model: str, source: str) -> ErrorInfo:
    name, slash, _ = model.partition("/")
    near = get_close_matches(name, known_providers(), n=1) if slash else []
    suggestion = f" Did you mean `{near[0]}/…`?" if near else ""
    return ErrorInfo(
        code="no_model",
        message=f"{source} names `{model}`, and there is no model provider of that name.{suggestion}",
        hint="Write it as provider/name, for example `anthropic/claude-sonnet-5-5`, `openai/gpt-6.1-sol`, "
        "`gemini/gemini-3.8-flash` or `ollama_chat/qwen3-coder`.",
    )


def _no_model_named(environ: Mapping[str, str], provider: Provider, served: Sequence[str] | None) -> ErrorInfo:
    variable, _ = value_of(environ, provider.bases)
    found = "did not say which models it has" if served is None else "has no model that can chat"
    return ErrorInfo(
        code="no_model",
        message=f"The server that {variable} points at {found}.",
        hint="Name the model and start Jupyter again:\nexport DISPATCH_MODEL=openai/NAME-OF-THE-MODEL",
    )


def set_command(variable: str) -> str:
    """How to set a variable in a shell."""
    return f"export {variable}=…"


_OLLAMA_EMPTY = ErrorInfo(
    code="no_model",
    message="Ollama is running, but has no model that can work as an agent.",
    hint="Get one that uses tools, for example:\nollama pull qwen3-coder",
)
_DEMO = ErrorInfo(
    code="no_model",
    message="No language model is set up. The built-in demo answers instead: rules, offline, no language model.",
    hint="Any one of these sets one up:\n"
    "• A key in the environment Jupyter starts from, then start Jupyter again: "
    + ", ".join(f"`{set_command(PROVIDERS[name].keys[0])}`" for name in FIRST_CHOICES)
    + ".\n• Ollama on this machine: `ollama pull qwen3-coder`.\n"
    "• Any OpenAI-compatible server: `export OPENAI_BASE_URL=http://…/v1` and `export DISPATCH_MODEL=openai/NAME`.\n"
    "• Another model: `model: provider/name` in dispatch.yaml, or `export DISPATCH_MODEL=provider/name`, with that "
    "provider's key.",
)
