"""Error answers as the providers give them: status, headers and body for each kind and provider.

The bodies follow the providers' documented formats; they are written here, not recorded.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """An error answer. `body` is JSON, or text that is sent as it is; `kind` picks the provider's own."""

    status: int = 500
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""

    def for_provider(self, provider: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body as `provider` would send them."""
        status, body = (
            (self.status, self.body)
            if not self.kind
            else BODIES[self.kind]["openai" if provider == "responses" else provider]
        )
        headers = {"content-type": "application/json", **self.headers}
        if provider == "gemini" and "retry-after" in headers and isinstance(body, dict):
            body = _with_retry_info(body, headers.pop("retry-after"))
        data = body if isinstance(body, str) else json.dumps(body)
        return status, headers, data.encode()

    @classmethod
    def rate_limited(cls, retry_after: float | None = None) -> "Fault":
        return cls(kind="rate", headers={} if retry_after is None else {"retry-after": f"{retry_after:g}"})

    @classmethod
    def quota(cls) -> "Fault":
        """The plan's or the day's quota is used up."""
        return cls(kind="quota")

    @classmethod
    def credit(cls) -> "Fault":
        """No money left, or a spending limit that ends on a date."""
        return cls(kind="credit")

    @classmethod
    def bad_key(cls) -> "Fault":
        return cls(kind="key")

    @classmethod
    def forbidden(cls) -> "Fault":
        return cls(kind="forbidden")

    @classmethod
    def no_model(cls) -> "Fault":
        return cls(kind="model")

    @classmethod
    def context(cls) -> "Fault":
        return cls(kind="context")

    @classmethod
    def refused(cls) -> "Fault":
        return cls(kind="refused")

    @classmethod
    def overloaded(cls) -> "Fault":
        return cls(kind="overloaded")

    @classmethod
    def unavailable(cls) -> "Fault":
        return cls(kind="unavailable")

    @classmethod
    def server_error(cls) -> "Fault":
        return cls(kind="server")


def _openai(status: int, message: str, kind: str, code: str | None) -> tuple[int, Any]:
    return status, {"error": {"message": message, "type": kind, "param": None, "code": code}}


def _anthropic(status: int, kind: str, message: str) -> tuple[int, Any]:
    return status, {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_011CScripted"}


def _gemini(status: int, name: str, message: str, details: list[Any] | None = None) -> tuple[int, Any]:
    error: dict[str, Any] = {"code": status, "message": message, "status": name}
    return status, {"error": error | ({"details": details} if details else {})}


def _gemini_quota(period: str) -> list[Any]:
    quota = {
        "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
        "quotaId": f"GenerateRequestsPer{period}PerProjectPerModel-FreeTier",
        "quotaValue": "50",
    }
    return [{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [quota]}]


def _with_retry_info(body: dict[str, Any], seconds: str) -> dict[str, Any]:
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{seconds}s"}
    error = body["error"]
    return {"error": {**error, "details": [*error.get("details", []), info]}}


_GOOGLE_QUOTA = "You exceeded your current quota, please check your plan and billing details."
"""Said of a busy minute as of a used-up day."""

BODIES: dict[str, dict[str, tuple[int, Any]]] = {
    "rate": {
        "openai": _openai(
            429,
            "Rate limit reached for gpt-4.1 in organization org-x on tokens per min (TPM): Limit 30000, Used 29000.",
            "tokens",
            "rate_limit_exceeded",
        ),
        "anthropic": _anthropic(429, "rate_limit_error", "This request would exceed your organization's rate limit."),
        "gemini": _gemini(429, "RESOURCE_EXHAUSTED", _GOOGLE_QUOTA, _gemini_quota("Minute")),
    },
    "quota": {
        "openai": _openai(
            429,
            "You exceeded your current quota, please check your plan and billing details.",
            "insufficient_quota",
            "insufficient_quota",
        ),
        "anthropic": _anthropic(
            400,
            "invalid_request_error",
            "You have reached your specified API usage limits. You will regain access on 2999-01-01 at 00:00 UTC.",
        ),
        "gemini": _gemini(429, "RESOURCE_EXHAUSTED", _GOOGLE_QUOTA, _gemini_quota("Day")),
    },
    "credit": {
        "openai": _openai(
            400, "Billing hard limit has been reached", "billing_limit_user_error", "billing_hard_limit_reached"
        ),
        "anthropic": _anthropic(
            400,
            "invalid_request_error",
            "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade.",
        ),
        "gemini": _gemini(
            403, "PERMISSION_DENIED", "This API method requires billing to be enabled. Please enable billing."
        ),
    },
    "key": {
        "openai": _openai(
            401, "Incorrect API key provided: sk-bad*****key.", "invalid_request_error", "invalid_api_key"
        ),
        "anthropic": _anthropic(401, "authentication_error", "invalid x-api-key"),
        "gemini": _gemini(
            400,
            "INVALID_ARGUMENT",
            "API key not valid. Please pass a valid API key.",
            [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}],
        ),
    },
    "forbidden": {
        "openai": _openai(403, "Your organization may not use this model.", "invalid_request_error", None),
        "anthropic": _anthropic(
            403, "permission_error", "Your API key does not have permission to use the specified resource."
        ),
        "gemini": _gemini(403, "PERMISSION_DENIED", "The caller does not have permission"),
    },
    "model": {
        "openai": _openai(
            404,
            "The model `gpt-none` does not exist or you do not have access to it.",
            "invalid_request_error",
            "model_not_found",
        ),
        "anthropic": _anthropic(404, "not_found_error", "model: claude-none"),
        "gemini": _gemini(
            404, "NOT_FOUND", "models/gemini-none is not found for API version v1beta, or is not supported."
        ),
    },
    "context": {
        "openai": _openai(
            400,
            "This model's maximum context length is 128000 tokens. However, your messages resulted in 130001 tokens.",
            "invalid_request_error",
            "context_length_exceeded",
        ),
        "anthropic": _anthropic(400, "invalid_request_error", "prompt is too long: 210001 tokens > 200000 maximum"),
        "gemini": _gemini(
            400,
            "INVALID_ARGUMENT",
            "The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).",
        ),
    },
    "refused": {
        "openai": _openai(
            400,
            "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
            "invalid_request_error",
            "invalid_prompt",
        ),
        "anthropic": _anthropic(400, "invalid_request_error", "Output blocked by content filtering policy"),
        "gemini": _gemini(
            400, "INVALID_ARGUMENT", "The request was blocked by the safety policy (PROHIBITED_CONTENT)."
        ),
    },
    "overloaded": {
        "openai": _openai(503, "That model is currently overloaded with other requests.", "server_error", None),
        "anthropic": _anthropic(529, "overloaded_error", "Overloaded"),
        "gemini": _gemini(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    },
    "unavailable": {
        "openai": _openai(503, "Service unavailable.", "server_error", None),
        "anthropic": _anthropic(503, "api_error", "Service unavailable."),
        "gemini": _gemini(503, "UNAVAILABLE", "The service is currently unavailable."),
    },
    "server": {
        "openai": _openai(500, "The server had an error while processing your request.", "server_error", None),
        "anthropic": _anthropic(500, "api_error", "Internal server error"),
        "gemini": _gemini(500, "INTERNAL", "An internal error has occurred."),
    },
}
