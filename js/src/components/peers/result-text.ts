/** The line a result begins with, for agents: people see who it is from. */
const HEAD = /^agent_id: \S+\n/;
/** What marks, for a model, where another agent's words begin and end. */
const MARKS = /<(agent_result|partial_work)>\n([\s\S]*)\n<\/\1>\s*$/;

/** A result as people read it: why it failed, if it did, and what the agent handed back or had done by then. */
export function resultText(text: string): string {
  return text.replace(HEAD, '').replace(MARKS, '\n$2').trim();
}
