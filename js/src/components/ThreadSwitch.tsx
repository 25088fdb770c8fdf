import type { Agent } from '../protocol';
import type { SessionStore } from '../store/session-store';
import { isForPeople } from '../store/tree';
import { nameOf, stateSign } from './agent-words';
import { useChat, useTrans } from './context';

/**
 * The threads that are there for people: the first agent's, and those of agents that are detached or on their own.
 * Where the page has tabs they are opened there; where it has none, this is the way to them.
 */
export function ThreadSwitch() {
  const chat = useChat();
  const store = chat.store.value;
  if (!store || chat.host.openThread) return null;
  return <Switch key={chat.sessionId.value} store={store} />;
}

function Switch({ store }: { store: SessionStore }) {
  const chat = useChat();
  const trans = useTrans();
  const shown = store.agentId.value;
  const agents = store.tree.rows.value.flatMap(({ id }) => store.tables.agents.get(id)?.value ?? []);
  const threads = agents.filter(agent => agent.id === shown || isForPeople(agent));
  if (threads.length < 2) return null;
  return (
    <div class="dsp-thread-switch">
      <label>
        <span class="dsp-quiet">{trans.__('Thread')}</span>
        <select value={shown ?? ''} onChange={event => chat.showThread(event.currentTarget.value)}>
          {threads.map(agent => (
            <option key={agent.id} value={agent.id}>
              {threadWords(agent, store.tree.waitingFor(agent.id).length > 0)}
            </option>
          ))}
        </select>
      </label>
    </div>
  );

  function threadWords(agent: Agent, asks: boolean): string {
    const [sign, words] = asks ? ['◆', trans.__('waits for you')] : stateSign(agent, trans);
    return `${sign} ${nameOf(agent)} · ${words}`;
  }
}
