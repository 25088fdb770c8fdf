"""Every path of the API, who answers it, and how it is described to others."""

from dataclasses import dataclass, field
from typing import Any

from . import agents, calls, chat, permissions, questions, sessions, settings, settings_files, status, stream

ID = r"([\w.-]+)"
NAME = r"([^/]+)"
"""Of a skill: any name a person gave it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of a path. `body` and `answer` name models of the protocol."""

    summary: str
    body: str | None = None
    answer: str | None = None
    status: int = 200
    errors: tuple[int, ...] = ()
    query: dict[str, str] = field(default_factory=dict)
    """Parameter → what it means."""


@dataclass(frozen=True, slots=True)
class Route:
    """One path below `{base_url}dispatch/`, its variables in braces."""

    path: str
    handler: type[Any]
    operations: dict[str, Operation]

    @property
    def pattern(self) -> str:
        parts = [_PATTERNS.get(part, ID if part.startswith("{") else part) for part in self.path.split("/")]
        return "/dispatch/" + "/".join(parts)


_PATTERNS = {"{name}": NAME}

ROUTES = [
    Route(
        "chat",
        chat.ChatHandler,
        {
            "post": Operation(
                "Say something to an agent; without a session, in a new one. With `Accept: text/event-stream` the "
                "answer is the events accepted, snapshot, put, delta and, once the agent rests, end: of messages and "
                "calls those of its own thread.",
                "SendMessage",
                "Accepted",
                202,
                (404, 409, 413, 422, 423, 507),
            )
        },
    ),
    Route(
        "status",
        status.StatusHandler,
        {"get": Operation("The model in force, what is missing, and every live agent.", answer="Status")},
    ),
    Route(
        "stream",
        stream.StreamHandler,
        {
            "get": Operation(
                "WebSocket: a session's changes, each frame a Change or a list of them. Close codes: 4404 unknown "
                "session, 4408 too slow, 4422 bad parameter, 4423 locked, 1001 the server stops.",
                answer="Change",
                status=101,
                query={
                    "session": "Session to watch; without it, notices only.",
                    "after": "Last `seq` the client has.",
                    "instance": "Server instance that `after` belongs to.",
                    "thread": "Messages and calls of this agent only; `root`, or `none` of them; without it, all.",
                },
            )
        },
    ),
    Route(
        "sessions",
        sessions.SessionsHandler,
        {
            "get": Operation("The project's sessions, newest first.", answer="SessionList"),
            "post": Operation("A new session.", "CreateSession", "State", 201, (409, 422, 507)),
        },
    ),
    Route(
        "sessions/{session_id}",
        sessions.SessionHandler,
        {
            "get": Operation(
                "A session's records: the latest messages, or a page of older ones.",
                answer="State",
                errors=(404, 422, 423),
                query={
                    "before": "Only messages with a lower `order`.",
                    "limit": "At most so many messages; 200.",
                    "thread": "Messages and calls of this agent only; `root`, or `none` of them; without it, all.",
                },
            )
        },
    ),
    Route(
        "sessions/{session_id}/calls/{call_id}",
        calls.CallHandler,
        {"get": Operation("A tool call with its whole output.", answer="ToolCall", errors=(404,))},
    ),
    Route(
        "sessions/{session_id}/calls/{call_id}/stop",
        calls.CallStopHandler,
        {"post": Operation("Stop a call's command; its agent goes on.", status=202, errors=(404, 409))},
    ),
    Route(
        "sessions/{session_id}/calls/{call_id}/background",
        calls.CallBackgroundHandler,
        {
            "post": Operation(
                "Let a call's command go on as a job, and its agent without it.", status=202, errors=(404, 409)
            )
        },
    ),
    Route(
        "sessions/{session_id}/jobs/{job_id}",
        calls.JobHandler,
        {"get": Operation("A background job and the end of its output so far.", answer="Job", errors=(404,))},
    ),
    Route(
        "sessions/{session_id}/jobs/{job_id}/stop",
        calls.JobStopHandler,
        {"post": Operation("Stop a background job with all it started.", answer="Job", status=202, errors=(404, 409))},
    ),
    Route(
        "permissions",
        permissions.PermissionsHandler,
        {
            "get": Operation(
                "What waits for a person's leave, what was decided, and the grants in force.",
                answer="Permissions",
                errors=(404,),
                query={"session": "Only this session; without it, all that are open."},
            )
        },
    ),
    Route(
        "permissions/history",
        permissions.HistoryHandler,
        {
            "get": Operation(
                "What was decided in all sessions of the project, newest first, and their grants in force.",
                answer="DecisionHistory",
                errors=(422,),
                query={
                    "before": "Only decisions older than this one, the last of the page before.",
                    "limit": "At most so many decisions; 500.",
                },
            )
        },
    ),
    Route(
        "permissions/{request_id}",
        permissions.PermissionHandler,
        {
            "post": Operation(
                "Allow or deny what an agent asks for. Needs leave to `execute` on `dispatch:permissions`.",
                "AnswerRequest",
                "Request",
                errors=(403, 409, 422),
            )
        },
    ),
    Route(
        "permissions/grants/{grant_id}",
        permissions.GrantHandler,
        {
            "delete": Operation(
                "Take leave back; commands that run with it are stopped.",
                answer="Grant",
                errors=(403, 404, 409, 422, 423),
                query={"session": "Whose grant it is; it is opened for that. Without it, any open one's."},
            )
        },
    ),
    Route(
        "config",
        settings.ConfigHandler,
        {"get": Operation("The settings in force, templates of agents, and what is wrong.", answer="Configuration")},
    ),
    Route(
        "config/file",
        settings_files.ConfigFileHandler,
        {
            "get": Operation(
                "A settings file that Dispatch reads, for an editor. Needs leave to `execute` on "
                "`dispatch:permissions`, as does saving it.",
                answer="SettingsFile",
                errors=(404, 413, 422),
                query={"path": "Its absolute path."},
            ),
            "put": Operation(
                "Save it, unless it is another version by now.",
                "SaveSettingsFile",
                "SettingsFile",
                errors=(404, 409, 413, 422, 500, 507),
            ),
        },
    ),
    Route(
        "config/schema",
        settings.ConfigSchemaHandler,
        {"get": Operation("What a dispatch.yaml may say, as JSON Schema.")},
    ),
    Route(
        "models",
        settings.ModelsHandler,
        {"get": Operation("Keys with their budgets, models by tags, and the key log.", answer="Models")},
    ),
    Route(
        "models/resolve",
        settings.ModelsResolveHandler,
        {
            "get": Operation(
                "Which model a tag or a name means now, and why.",
                answer="Resolution",
                query={"tag": "A tag, or the name of a model; without it, what agents get that name none."},
            )
        },
    ),
    Route("skills", settings.SkillsHandler, {"get": Operation("All skills, and who gets them.", answer="Skills")}),
    Route(
        "skills/{name}",
        settings.SkillHandler,
        {"get": Operation("One skill, with its text.", answer="Skill", errors=(404, 422))},
    ),
    Route(
        "agents/{agent_id}/skills",
        settings.AgentSkillsHandler,
        {
            "post": Operation(
                "Load a skill into an agent's prompt from its next step on, or take one out that was loaded by hand.",
                "ActivateSkill",
                "Agent",
                errors=(404, 409, 422),
            )
        },
    ),
    Route(
        "agents/{agent_id}/model",
        settings.AgentModelHandler,
        {
            "patch": Operation(
                "Another model for an agent from its next step on; its context stays.",
                "SwitchModel",
                "Agent",
                errors=(404, 409, 422),
            )
        },
    ),
    Route(
        "trust",
        permissions.TrustHandler,
        {
            "get": Operation("Project files that would widen what agents may do.", answer="TrustedFiles"),
            "post": Operation(
                "Trust this version of such a file, or stop trusting it.",
                "TrustFile",
                "TrustedFiles",
                errors=(403, 404, 409),
            ),
        },
    ),
    Route(
        "questions/{request_id}",
        questions.QuestionHandler,
        {
            "post": Operation(
                "Answer an agent's question, in words or with one of its options.",
                "AnswerQuestion",
                "Request",
                errors=(404, 409, 422, 507),
            )
        },
    ),
    Route(
        "agents/{agent_id}",
        agents.AgentHandler,
        {"get": Operation("An agent and what belongs to it.", answer="AgentDetail", errors=(404,))},
    ),
    Route(
        "agents/{agent_id}/message",
        agents.AgentMessagesHandler,
        {
            "post": Operation(
                "A message for an agent: begins a turn, or is delivered at the next tool boundary.",
                "QueueMessage",
                "Accepted",
                202,
                (404, 409, 413, 422, 423, 507),
            )
        },
    ),
    Route(
        "agents/{agent_id}/messages/{message_id}",
        agents.AgentMessageHandler,
        {"delete": Operation("Take back a message that is still queued.", answer="Message", errors=(404, 409))},
    ),
    Route(
        "agents/{agent_id}/interrupt",
        agents.AgentInterruptHandler,
        {
            "post": Operation(
                "Stop an agent and those that work for it, detached ones excepted.", status=202, errors=(404,)
            )
        },
    ),
    Route(
        "agents/{agent_id}/resume",
        agents.AgentResumeHandler,
        {
            "post": Operation(
                "Go on where an error, a stop or a restart of the server left off; who waits for a key tries now.",
                status=202,
                errors=(404, 409),
            )
        },
    ),
]
