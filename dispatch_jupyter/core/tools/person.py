"""ask_user and report: an agent and the person who watches."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from ..protocol.errors import ToolError
from ..protocol.records import CallKind
from .fields import FlatArguments
from .tool import Arguments, ToolContext, ToolResult

MAX_QUESTION = 5_000
MAX_OPTIONS = 12
MAX_OPTION = 300


class AskUserArguments(FlatArguments):
    question: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION, description="One question, in Markdown.")]
    options: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=MAX_OPTION)], ...],
        Field(max_length=MAX_OPTIONS, description="Answers to choose from, if there are some. Others stay possible."),
    ] = ()


class AskUser:
    """Asks the person and waits for the answer."""

    name: ClassVar[str] = "ask_user"
    kind: ClassVar[CallKind] = "think"
    description: ClassVar[str] = (
        "Ask the person one question and wait for the answer, where you cannot go on without it and no file says it."
    )
    arguments: ClassVar[type[Arguments]] = AskUserArguments
    exclusive: ClassVar[bool] = True

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        options = list(dict.fromkeys(option.strip() for option in arguments.options if option.strip()))
        if not arguments.question.strip():
            raise ToolError("question: it is empty.", "Ask something.", code="invalid_arguments")
        answer = await context.person.ask(arguments.question.strip(), options)
        if answer is None:
            return ToolResult("The person wrote a message instead of an answer; it follows.")
        return ToolResult(f"The person answers: {answer}")


class ReportArguments(FlatArguments):
    result: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200_000,
            description="What you were summoned for, whole: your parent sees only this.",
        ),
    ]


class Report:
    """Ends a detached agent with its result."""

    name: ClassVar[str] = "report"
    kind: ClassVar[CallKind] = "think"
    description: ClassVar[str] = (
        "Hand your result to the agent that summoned you and end: your thread is closed with it. Call it when the "
        "person is content, and alone, as your last."
    )
    arguments: ClassVar[type[Arguments]] = ReportArguments
    exclusive: ClassVar[bool] = True

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        context.person.report(arguments.result)
        return ToolResult("Reported.")
