"""use_skill."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from ..protocol.errors import ToolError
from ..protocol.records import CallKind
from .fields import FlatArguments
from .tool import Arguments, ToolContext, ToolResult


class UseSkillArguments(FlatArguments):
    name: Annotated[
        str, Field(description="Name of the skill as the list has it, for example project:release or release.")
    ]


class UseSkill:
    """The text of a skill that is not in the prompt."""

    name: ClassVar[str] = "use_skill"
    kind: ClassVar[CallKind] = "read"
    description: ClassVar[str] = (
        "Read a skill: how something is done here, step by step. Your instructions list the skills there are. Read one "
        "before you begin work that it is about, then do as it says."
    )
    arguments: ClassVar[type[Arguments]] = UseSkillArguments
    exclusive: ClassVar[bool] = False

    async def run(self, arguments: Any, context: ToolContext) -> ToolResult:
        # as it stands in lists and headings
        name = arguments.name.strip().strip("`'\"").strip()
        if not name:
            raise ToolError("The name is empty.", "Give the name of a skill.", code="invalid_arguments")
        return ToolResult(await context.skills.read(name))
