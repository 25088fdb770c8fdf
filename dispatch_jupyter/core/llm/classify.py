"""What went wrong with a model call, in our own few errors.

litellm maps providers' errors unevenly (a used-up quota is a RateLimitError of one, a BadRequestError of another, and
wrapped in a MidStreamFallbackError of a third), so a table over status, class and words decides. First match wins.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..protocol.errors import (
    BadKey,
    BadReply,
    ContextOverflow,
    KeyExhausted,
    ModelError,
    NoModel,
    RateLimited,
    Refused,
    Transient,
)
from ..protocol.records import now as current_time
from .facts import Facts, gather
from .providers import Provider, api_base, describe, provider_of, value_of
from .redact import without_login
from .secret import SecretRef
from .types import Access
from .when import come_back_at


@dataclass(frozen=True, slots=True)
class Case:
    """A row of the table: any of the statuses or class names, if there are any, and the words, if there are any."""

    error: type[ModelError]
    statuses: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()
    words: re.Pattern[str] | None = None

    def fits(self, facts: Facts) -> bool:
        if (self.statuses or self.names) and facts.status not in self.statuses and not self.names & facts.names:
            return False
        return self.words is None or self.words.search(facts.text) is not None


def _case(error: type[ModelError], *, status: str = "", names: str = "", words: str = "") -> Case:
    statuses = frozenset(int(number) for number in status.split())
    pattern = re.compile(words, re.IGNORECASE) if words else None
    return Case(error, statuses, frozenset(names.split()), pattern)


CASES = (
    # Google tells a used-up day from a busy minute only by the quota's name
    _case(KeyExhausted, status="429", words=r"PerDay"),
    _case(RateLimited, status="429", words=r"Per(Minute|Second|Hour)"),
    _case(KeyExhausted, status="402"),
    _case(
        KeyExhausted,
        status="400 403 429",
        words=r"insufficient_quota|exceeded your current quota|billing_hard_limit|credit balance is too low"
        r"|reached your specified .*usage limits|requires billing|insufficient (balance|credit)|out of credits",
    ),
    _case(RateLimited, status="429", names="RateLimitError"),
    _case(ContextOverflow, status="413", names="ContextWindowExceededError"),
    _case(
        ContextOverflow,
        status="400 422 500",
        words=r"context_length_exceeded|maximum context length|prompt is too long|input token count.*exceeds"
        r"|exceeds? the (available )?context|context window",
    ),
    _case(BadKey, status="401", names="AuthenticationError"),
    _case(BadKey, words=r"API_KEY_INVALID|API key not valid|missing .{0,20}api key|api_key client option"),
    _case(Refused, names="ContentPolicyViolationError"),
    _case(
        Refused,
        status="400 403 422",
        words=r"content.?filter|usage polic|safety polic|PROHIBITED_CONTENT|content management policy|flagged as",
    ),
    _case(BadKey, status="403", names="PermissionDeniedError"),
    _case(NoModel, status="404", names="NotFoundError"),
    _case(NoModel, words=r"LLM Provider NOT provided|model_not_found|does not support tools"),
    _case(BadReply, words=r"repeating the same chunk"),
    _case(Transient, status="408 409 425 502 503 504 520 521 522 523 524 529"),
    _case(BadReply, names="JSONDecodeError UnicodeDecodeError"),  # litellm gives these the status 500
    _case(
        Transient,
        status="500",
        names="Timeout TimeoutError APIConnectionError InternalServerError ServiceUnavailableError BadGatewayError "
        "ConnectError ReadError ReadTimeout ConnectTimeout RemoteProtocolError NetworkError TimeoutException OSError",
    ),
)


_LOST = frozenset({"ReadError", "RemoteProtocolError", "ClientPayloadError", "ConnectionError"})


@dataclass(frozen=True, slots=True)
class Call:
    """Of which call the error is; for its words."""

    provider: Provider
    model: str
    key: str
    """What the key is called, for people."""
    base: str | None
    """The address, where it is not the provider's own; as it may be shown."""
    fix: str
    """What to do where the key is refused."""

    @classmethod
    def of(cls, model: str, environ: Mapping[str, str], access: Access | None = None) -> "Call":
        """Which call it is; without `access` it is made with what the environment has."""
        provider = describe(provider_of(model))
        if access is not None:
            named = access.source == f"env {access.key}"
            key = f"in {access.key}" if named else f"`{access.key}` ({access.source})"
            return cls(provider, model.partition("/")[2] or model, key, _shown(access.api_base), access.fix)
        key, _ = value_of(environ, provider.keys)
        fallback = provider.keys[0] if provider.keys else f"{provider.name.upper()}_API_KEY"
        name, base = key or fallback, _shown(api_base(environ, provider.name))
        return cls(provider, model.partition("/")[2] or model, f"in {name}", base, _environment(name).fix)

    @property
    def place(self) -> str:
        """`Anthropic`, or `OpenAI at http://…` where it is another server."""
        return f"{self.provider.label} at {self.base}" if self.base else self.provider.label


def _shown(address: str | None) -> str | None:
    return address and without_login(address)


def classify(
    error: BaseException,
    model: str,
    environ: Mapping[str, str],
    *,
    access: Access | None = None,
    begun: bool = False,
    now: datetime | None = None,
) -> ModelError:
    """Our error for whatever litellm, its HTTP libraries or a provider raised.

    Args:
        error: what was raised.
        model: `provider/name`.
        environ: for the names of variables, and for secrets to keep out of the message.
        access: what the call was made with; None: with what the environment has.
        begun: whether a part of the answer had come.
        now: the time, which delays are counted from.
    """
    facts = gather(error, environ)
    kind = next((case.error for case in CASES if case.fits(facts)), ModelError)
    call = Call.of(model, environ, access)
    message, hint = _WORDS[kind](call)
    if begun and kind is Transient:
        message = _broke_off(call)
    words = "the connection was lost" if begun and facts.names & _LOST else facts.words
    message = f"{message}: {words}" if words else message
    message = message if message.endswith((".", "!", "?", "…")) else f"{message}."
    if kind is RateLimited or kind is KeyExhausted:
        # Google gives a delay of seconds even for a quota of the day
        headers_only = kind is KeyExhausted and "PerDay" in facts.text
        until = None if headers_only else come_back_at(facts.headers, facts.text, now or current_time())
        return kind(message, _with_time(hint, until), until=until)
    return kind(message, hint)


def _with_time(hint: str, until: datetime | None) -> str:
    return f"It says to come back at {until:%Y-%m-%d %H:%M:%S} UTC. {hint}" if until else hint


def _environment(variable: str) -> SecretRef:
    return SecretRef("env", variable)


_WORDS: dict[type[ModelError], Callable[[Call], tuple[str, str]]] = {
    RateLimited: lambda c: (
        f"{c.place} is being asked too often for {c.model}",
        "Wait a moment and send the message again, or choose another model.",
    ),
    KeyExhausted: lambda c: (
        f"The quota or credit of the {c.provider.label} key {c.key} is used up ({c.model})",
        f"Add credit or raise the limit with {c.provider.label}, or choose a model of another provider.",
    ),
    BadKey: lambda c: (
        f"{c.place} refused the key {c.key} ({c.model})",
        f"Check that the key is right and may use this model, then {c.fix}",
    ),
    ContextOverflow: lambda c: (
        f"The conversation no longer fits {c.model} of {c.provider.label}",
        "Begin a new session, or choose a model with a larger context.",
    ),
    Refused: lambda c: (
        f"{c.place} refused the content ({c.model})",
        "Say it another way, begin a new session, or choose another model.",
    ),
    NoModel: lambda c: (
        f"{c.place} cannot be used with the model {c.model}",
        "Check the name and, for a server of your own, its address, or choose another model: "
        "`model: provider/name` in dispatch.yaml, or DISPATCH_MODEL.",
    ),
    Transient: lambda c: (
        f"{c.place} could not be reached or failed ({c.model})",
        "Send the message again. If it stays so, check the connection"
        + (f" and the address {c.base}." if c.base else f" and the status page of {c.provider.label}."),
    ),
    BadReply: lambda c: (
        f"The reply of {c.place} ({c.model}) could not be understood",
        "Send the message again, or choose another model.",
    ),
    ModelError: lambda c: (
        f"{c.place} did not accept the request for {c.model}",
        "Choose another model; if it stays so, report it with this message.",
    ),
}


def _broke_off(call: Call) -> str:
    return f"The answer of {call.place} ({call.model}) broke off before its end"


def no_key(model: str, environ: Mapping[str, str]) -> BadKey:
    """The error for a call that cannot be made for want of a key."""
    call = Call.of(model, environ)
    name = call.key.removeprefix("in ")
    return BadKey(
        f"There is no key for {call.provider.label} ({call.model}): {name} is not set.",
        f"Set it and start Jupyter again:\nexport {name}=…",
    )


def silent(call: Call, seconds: float, *, begun: bool) -> Transient:
    """The error for a provider that says nothing (more)."""
    what = "stopped in the middle of its answer and said nothing for" if begun else "did not answer within"
    return Transient(f"{call.place} ({call.model}) {what} {seconds:g} s.", _WORDS[Transient](call)[1])


def cut_off(call: Call, *, begun: bool) -> ModelError:
    """The error for an answer that ended without its end."""
    if begun:
        return Transient(f"{_broke_off(call)}.", "Send the message again.")
    hint = f"Check that {call.base} is the address of the API." if call.base else "Send the message again."
    return BadReply(f"{call.place} ({call.model}) sent nothing that can be understood.", hint)
