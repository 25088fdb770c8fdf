"""What dispatch.yaml may say about keys, models and agents. Secrets are referenced here, never written."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from ..protocol.parts import OPERATIONS, SUMMON_KINDS, Effort, Operation, SummonKind
from .entries import written_path
from .names import nearest, suggestion
from .section import OrOne, Section, or_text

MAX_PROMPT_CHARS = 100_000
TAGS = ("heavy", "medium", "light", "coding", "review", "any")
"""Words for kinds of models that are always understood; `any` is every model."""
KEYLESS = frozenset(
    {
        "bedrock", "demo", "hosted_vllm", "litellm_proxy", "llamafile", "lm_studio", "ollama", "ollama_chat",
        "oobabooga", "sagemaker", "sagemaker_chat", "triton", "vertex_ai", "vllm", "xinference",
    }
)  # fmt: skip
"""Providers that can be called without a secret: they are on this machine, or find credentials by themselves."""

NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
Name = Annotated[str, StringConstraints(pattern=NAME, max_length=64)]
"""Of keys, tags and agents: letters, digits, `_`, `.` and `-`."""
MODEL_ID = r"^[a-z0-9_]+/\S+$"
VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
"""Of environment variables."""
PROVIDER = r"^[a-z0-9_]+$"
_MISSPELT = 0.82
"""How much a name has to be like a known one to be meant for it: `vertex_ai_beta` is less like `vertex_ai`."""
ADDRESS = r"^https?://[^\s/]+"
WORDS: dict[str, tuple[str, str]] = {
    NAME: ("letters, digits, `_`, `.` and `-` are wanted, the first a letter or a digit", "Write it as in `work-2`."),
    MODEL_ID: ("the id of a model is wanted", "Write `provider/name`, without spaces."),
    VARIABLE: (
        "the name of a variable is wanted, never what it holds",
        "Write as in `OPENAI_API_KEY`. Should a secret stand here, move it into the variable.",
    ),
    PROVIDER: ("the name of a provider is wanted", "Write it as litellm does: `anthropic`, `openai`, `gemini`."),
    ADDRESS: ("an address is wanted", "Write it with `https://` or `http://`."),
}
"""Of patterns: what is wanted where something is not like it, and what to do."""


def no_address(model: str) -> str:
    """A model that is named, not addressed.

    litellm calls some providers at an address that stands where the name should: a project's file could have a
    person's key, and what they say, sent anywhere.

    Raises:
        ValueError: it has an address in it.
    """
    if "://" in model:
        raise ValueError("the name of a model is wanted: an address goes into `api_base` of a key")
    return model


ModelId = Annotated[str, StringConstraints(pattern=MODEL_ID, max_length=200), AfterValidator(no_address)]
"""`provider/name`, as litellm names it."""
Permission = Literal[Operation, SummonKind]
"""What an agent may do to files, and which agents it may start."""
PERMISSIONS: tuple[Permission, ...] = (*OPERATIONS, *SUMMON_KINDS)


def _permission(value: Any) -> Any:
    if isinstance(value, str) and value not in PERMISSIONS:
        hint = {"hint": suggestion(value, PERMISSIONS)}
        raise PydanticCustomError("unknown_permission", "there is no such permission", hint)
    return value


Permissions = Annotated[list[Annotated[Permission, BeforeValidator(_permission)]], OrOne()]
"""As they are written; `write` and `execute` include `read`."""
Dollars = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


def _well_spelt(name: str, info: ValidationInfo) -> str:
    """No provider, or model of one, that is nearly another: it would be nobody's, and agents go on with what else is.

    Others that are not known may well be: litellm calls more than it lists.
    """
    provider, slash, model = name.partition("/")
    known = (info.context or {}).get("providers", tuple)
    meant = nearest(provider, known(), cutoff=_MISSPELT)
    if meant not in (None, provider):
        hint = {"hint": f"Did you mean `{meant}{slash}{model}`?"}
        raise PydanticCustomError("unknown_provider", "there is no such provider", hint)
    return name


class BudgetSection(Section):
    """`budget:` of a key: `{usd: 5, per: month}` or `{tokens: 2000000, per: day}`."""

    usd: Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)] | None = None
    tokens: Annotated[int, Field(gt=0, le=10**15)] | None = None
    per: Literal["total", "day", "month"] = "month"
    """Days and months are those of UTC."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.usd is None) == (self.tokens is None):
            raise ValueError("a budget has either `usd` or `tokens`")
        return self


class KeySection(Section):
    """An entry of `keys:`: where a secret is found, and how much may be used with it."""

    id: Name
    provider: Annotated[str, StringConstraints(pattern=PROVIDER, max_length=64), AfterValidator(_well_spelt)] = ""
    """As litellm names it: `anthropic`, `openai`, `gemini`, … An entry that changes another of its id may leave it out;
    in force it is never empty."""
    env: Annotated[str, StringConstraints(pattern=VARIABLE, max_length=200)] | None = None
    """Name of the environment variable that holds it."""
    file: Annotated[str, StringConstraints(min_length=1, max_length=4096)] | None = None
    """Path of the file that holds it, and nothing else."""
    keyring: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    """`service/user` in the system's keyring."""
    api_base: Annotated[str, StringConstraints(pattern=ADDRESS, max_length=2000)] | None = None
    """Another address than the provider's own."""
    budget: BudgetSection | None = None

    @field_validator("file")
    @classmethod
    def _absolute(cls, value: str | None, info: ValidationInfo) -> str | None:
        checked = absolute(value, info)
        # what begins with `~` stays as it is written: that is what people are shown
        return value if value and value.startswith("~") else checked

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        named = [name for name in ("env", "file", "keyring") if getattr(self, name) is not None]
        if len(named) > 1:
            raise ValueError(f"a secret is in one place, not in {' and '.join(f'`{name}`' for name in named)}")
        return self


class PriceSection(Section):
    """`price:` of a model, in USD for a million tokens: where litellm does not know it, or it is another."""

    input: Dollars
    output: Dollars
    cached: Dollars | None = None
    """Of input from the provider's prompt cache; as `input` where it is not said."""


class ModelSection(Section):
    """An entry of `models:`."""

    id: Annotated[ModelId, AfterValidator(_well_spelt)]
    tags: Annotated[list[Name], OrOne()] = Field(default_factory=list)
    """What it is for: `heavy`, `medium`, `light`, `coding`, `review`, or words of your own. All are `any`."""
    keys: Annotated[list[Name], OrOne()] | None = None
    """Ids of keys it may be called with; all of its provider's where it is not said."""
    effort: Effort | None = None
    price: PriceSection | None = None
    """Where litellm does not know it, or yours is another."""
    max_output: Annotated[int, Field(ge=256, le=1_000_000)] | None = None
    """Tokens an answer may have."""


class ChoiceSection(Section):
    """An entry of an agent's `model:`: a tag, an id, or `{model: …, key: …, effort: …}`."""

    model: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    key: Name | None = None
    effort: Effort | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"model": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return or_text(schema, handler)


class AgentSection(Section):
    """An entry of `agents:`, and a TOML file of an agent: what agents are made from."""

    name: Name
    """Its slug."""
    title: Annotated[str, StringConstraints(max_length=200)] = ""
    description: Annotated[str, StringConstraints(max_length=2000)] = ""
    prompt: Annotated[str, StringConstraints(max_length=MAX_PROMPT_CHARS)] = ""
    """What it is told, after what all agents are told."""
    prompt_file: Annotated[str, StringConstraints(min_length=1, max_length=4096)] | None = None
    """Instead of `prompt`: a text file, relative to the file this stands in."""
    tools: Annotated[list[Annotated[str, StringConstraints(min_length=1)]], OrOne()] | None = None
    """Names or groups of tools; all where it is not said."""
    permissions: Permissions | None = None
    """What it may do at most: `read`, `write`, `execute`; `summon` agents that work for it, start a `user_agent`.
    Where it is not said everything, but subagents summon nobody."""
    model: Annotated[list[ChoiceSection], OrOne()] = Field(default_factory=list)
    """Tags or ids, the first that can be used; the default where it is not said."""
    skills: Annotated[list[Annotated[str, StringConstraints(min_length=1)]], OrOne()] = Field(default_factory=list)
    cwd: Annotated[str, StringConstraints(min_length=1, max_length=4096)] | None = None
    """Folder it starts in, in the project."""
    is_subagent: bool = False
    """True: other agents may summon it; people do not choose it."""

    @field_validator("permissions")
    @classmethod
    def _with_reading(cls, value: list[Permission] | None) -> list[Permission] | None:
        """Writing and running include reading."""
        return None if value is None else [one for one in PERMISSIONS if one in {"read", *value}]

    @field_validator("cwd")
    @classmethod
    def _folder(cls, value: str | None) -> str | None:
        if value is not None and not value.isprintable():
            raise ValueError("the path of a folder is wanted")
        return value

    @field_validator("prompt_file")
    @classmethod
    def _absolute(cls, value: str | None, info: ValidationInfo) -> str | None:
        return absolute(value, info)

    @model_validator(mode="after")
    def _one_prompt(self) -> Self:
        if self.prompt and self.prompt_file:
            raise ValueError("an agent has either `prompt` or `prompt_file`")
        return self


def absolute(value: str | None, info: ValidationInfo) -> str | None:
    """A path that is relative to the file it stands in, made absolute where that file is known."""
    where = info.context or {}
    return value if value is None or not where else written_path(value, where.get("folder"), where.get("home"))


class WaitSection(Section):
    """`wait:`, what agents do when all their keys are used up."""

    enabled: bool = True
    """False: the turn ends with an error instead."""
    poll: Annotated[float, Field(ge=1, le=86_400, allow_inf_nan=False)] = 300.0
    """Seconds until a key is tried again of which nobody said when it is back."""
