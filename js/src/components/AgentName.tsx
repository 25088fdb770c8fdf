import { handleOf } from '../store/agent-ids';
import { type HasAgents, nameOf, pathTo } from './agent-words';
import { useChat, useTrans } from './context';

interface Props {
  readonly store: HasAgents;
  readonly agentId: string;
}

/** Who speaks or asks, below those it works for; the way to its thread where that is another one than this. */
export function AgentPath({ store, agentId }: Props) {
  const path = pathTo(store, agentId);
  return (
    <span class="dsp-agent-path" data-agent={agentId}>
      {path.slice(0, -1).map(({ id, name }) => (
        <span key={id} class="dsp-quiet">
          {name}
          {' › '}
        </span>
      ))}
      <strong>
        <ThreadLink store={store} agentId={agentId} />
      </strong>
    </span>
  );
}

/** An agent's name and handle; a link to its thread where that is another one than this. */
export function ThreadLink({ store, agentId }: Props) {
  const chat = useChat();
  const trans = useTrans();
  const agent = store.tables.agents.get(agentId)?.value;
  const name = agent ? nameOf(agent) : handleOf(agentId);
  if (!agent || agentId === chat.agent.value?.id) return <>{name}</>;
  return (
    <button
      type="button"
      class="dsp-thread-link"
      title={trans.__('Open the thread of %1', name)}
      onClick={() => chat.openThread(agentId)}
    >
      {name}
    </button>
  );
}
