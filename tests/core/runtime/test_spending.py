"""What the agents of a session may spend together."""

import asyncio
from types import SimpleNamespace

import pytest

from dispatch_jupyter.core.llm.catalog import Model
from dispatch_jupyter.core.llm.estimate import Worst
from dispatch_jupyter.core.protocol.ids import new_agent_id, new_id
from dispatch_jupyter.core.protocol.parts import Limits, ModelRef, Usage
from dispatch_jupyter.core.protocol.records import Agent, Message
from dispatch_jupyter.core.protocol.records import Session as SessionRecord
from dispatch_jupyter.core.runtime.spending import NANO, Spending, TreeBudget
from dispatch_jupyter.core.runtime.tables import Tables

SESSION = new_id()


def test_a_call_of_unknown_price_does_not_make_up_for_those_that_were_paid():
    agent = Agent(id=new_agent_id(SESSION), model=ModelRef(id="m", provider="p", label="m"), limits=Limits(root="/p"))
    tables = Tables([SessionRecord(id=SESSION, project="/p", root_agent_id=agent.id)])
    for order, cost in enumerate((4.0, 0.9, None)):
        usage = Usage(input_tokens=1, cost_usd=cost)
        agent = agent.model_copy(update={"usage": agent.usage + usage})
        tables.set(
            Message(id=new_id(), agent_id=agent.id, role="assistant", order=order, status="complete", usage=usage)
        )
    tables.set(agent)
    spending = Spending(SimpleNamespace(tables=tables), lambda: 5.0)

    def call(usd: float) -> SimpleNamespace:
        return admission("openai/own", Worst(1, 1, round(usd * NANO)))

    asked(spending, call(0.05))
    with pytest.raises(TreeBudget, match=r"\$4\.90 of the \$5\.00"):
        asked(spending, call(0.2))


@pytest.mark.slow
def test_what_only_litellm_knows_counts_from_the_first_call_on_and_what_nobody_knows_is_not_called():
    tables = Tables([SessionRecord(id=SESSION, project="/p", root_agent_id=new_agent_id(SESSION))])
    session = SimpleNamespace(tables=tables)
    # as a key without a budget has it, before litellm is loaded: its price was not looked up
    priced = admission("openai/gpt-4.1", Worst(10_000, 10_000, None))
    own = admission("openai/own", Worst(10_000, 10_000, None))
    with pytest.raises(TreeBudget, match="call may cost"):
        asked(Spending(session, lambda: 0.01), priced)
    asked(Spending(session, lambda: 5.0), priced)
    with pytest.raises(TreeBudget, match="Nobody knows the price of openai/own"):
        asked(Spending(session, lambda: 5.0), own)
    asked(Spending(session, lambda: None), own)


def asked(spending: Spending, call: SimpleNamespace) -> None:
    async def make() -> None:
        async with spending.held(call):
            pass

    asyncio.run(make())


def admission(model: str, worst: Worst) -> SimpleNamespace:
    claim = SimpleNamespace(worst=worst)
    return SimpleNamespace(model=model, entry=Model(model), reservation=SimpleNamespace(claim=claim))
