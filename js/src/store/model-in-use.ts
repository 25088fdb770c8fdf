import type { Agent, Configuration, ModelRef, ModelWish } from '../protocol';

/**
 * What an agent's model is chosen from, the first that can be used: what was chosen for it, else what its template says.
 * @param template of the agent that the first message makes, while there is none.
 */
export function wantsOf(
  agent: Agent | null,
  config: Configuration | null,
  template: string | null
): readonly ModelWish[] {
  if (agent && (agent.model_pinned || (isSummoned(agent) && agent.wants.length))) return agent.wants;
  const name = agent?.template ?? template;
  return config?.templates.find(one => one.name === name)?.wants ?? [];
}

/** The model that answers, or will answer the next message: where none was chosen, an agent at rest follows the default. */
export function modelOf(
  agent: Agent | null,
  byDefault: ModelRef | null,
  busy: boolean,
  wants: readonly ModelWish[]
): ModelRef | null {
  if (!agent) return byDefault;
  const own = busy || agent.model_pinned || isSummoned(agent) || wants.length > 0 || !byDefault;
  return own ? agent.model : byDefault;
}

/** Who summoned it may have said which model. */
function isSummoned(agent: Agent): boolean {
  return agent.parent_id !== null || agent.summoned_by !== null;
}
