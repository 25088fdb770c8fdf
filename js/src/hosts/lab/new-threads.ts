import { effect } from '@preact/signals';
import type { Agent } from '../../protocol';
import type { Chat } from '../../store/chat';
import { hasEnded, isForPeople } from '../../store/tree';
import type { Parts } from './commands';
import { openThread } from './places';

/** So many tabs open by themselves while nobody looks at them; the tree has the others. */
export const MOST_UNSEEN = 5;

/**
 * Opens the thread of each agent that is summoned to have one for people, while a view of its session is there:
 * once, behind what the person looks at. What was summoned before the view came is not opened, so a tab that was
 * closed does not come back with a reload.
 */
export class NewThreads {
  private readonly opened = new Set<string>();
  private readonly unseen = new Set<string>();

  constructor(private readonly parts: Parts) {}

  /** @returns what ends it. */
  watch(chat: Chat): () => void {
    let session: string | null = null;
    const known = new Set<string>();
    return effect(() => {
      const store = chat.store.value;
      const rows = store?.tree.rows.value ?? [];
      if (!store || !rows.length) return;
      const begins = chat.sessionId.peek() !== session;
      session = chat.sessionId.peek();
      if (begins) known.clear();
      // of a session that was begun here, even the first that is heard is news
      const old = begins && chat.begun !== session;
      for (const { id } of rows) {
        if (known.has(id)) continue;
        known.add(id);
        const agent = store.tables.agents.peek(id);
        if (!old && session && agent && isSummoned(agent)) this.open(session, id);
      }
    });
  }

  private open(session: string, agent: string): void {
    if (this.opened.has(agent) || this.unseen.size >= MOST_UNSEEN) return;
    this.opened.add(agent);
    this.unseen.add(agent);
    // after the change is through: a widget is made, with effects of its own
    Promise.resolve()
      .then(() => this.openBehind(session, agent))
      .catch(error => {
        this.unseen.delete(agent); // there is no tab to be seen; the tree has its thread
        console.error('The tab of a thread could not be opened.', error);
      });
  }

  private async openBehind(session: string, agent: string): Promise<void> {
    const { content } = await openThread(this.parts, session, agent, true);
    const stop = content.seen.subscribe(seen => {
      if (seen) this.unseen.delete(agent);
    });
    content.disposed.connect(() => {
      stop();
      this.unseen.delete(agent);
    });
  }
}

/** It was summoned to have a thread of its own for people, which is not over. */
function isSummoned(agent: Agent): boolean {
  return isForPeople(agent) && agent.summoned_by !== null && !hasEnded(agent);
}
