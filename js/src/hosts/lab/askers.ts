import { signal } from '@preact/signals';
import type { AgentDetail } from '../../protocol';

/** Who waits for the person. */
export interface Asker {
  /** "dispatch › planner ab12" */
  readonly path: string;
  /** The session began with it: its thread is what the panel shows. */
  readonly first: boolean;
}

/** Names for agents of any session, whether this page shows it or not; each is asked for once. */
export class Askers {
  private readonly known = signal<ReadonlyMap<string, Asker>>(new Map());
  private readonly asked = new Set<string>();

  /** @param look asks the server about an agent. */
  constructor(private readonly look: (agentId: string) => Promise<AgentDetail>) {}

  /** What is known of an agent by now; whoever reads it hears of more. */
  of(agentId: string): Asker | null {
    const asker = this.known.value.get(agentId) ?? null;
    if (!asker && !this.asked.has(agentId)) {
      this.asked.add(agentId);
      void this.ask(agentId);
    }
    return asker;
  }

  private async ask(agentId: string): Promise<void> {
    try {
      const asker = askerOf(await this.look(agentId));
      this.known.value = new Map(this.known.peek()).set(agentId, asker);
    } catch {
      this.asked.delete(agentId); // its handle has to do; the next time something changes it is asked for again
    }
  }
}

function askerOf({ agent, handle, path }: AgentDetail): Asker {
  const first = agent.parent_id === null && !agent.summoned_by;
  const own = first ? agent.name : `${agent.name} ${handle}`;
  return { path: [...path.slice(0, -1), own].join(' › '), first };
}
