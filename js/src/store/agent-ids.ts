// An agent's id is that of its session, a dash, and a part of its own.

/** Digits of a handle. */
const HANDLE_DIGITS = 4;

/** The session an agent belongs to. */
export function sessionOf(agentId: string): string {
  return agentId.split('-', 1)[0] ?? agentId;
}

/** What people and agents call an agent by in its session: the first digits of its own part. */
export function handleOf(agentId: string): string {
  return agentId.slice(agentId.lastIndexOf('-') + 1).slice(0, HANDLE_DIGITS);
}
