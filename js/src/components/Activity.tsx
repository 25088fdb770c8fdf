import type { Translation } from '../host';
import type { Agent } from '../protocol';
import type { SessionStore } from '../store/session-store';
import { useChat, useTrans } from './context';
import { Failure } from './Failure';

/** What the agent does where nothing else in the list shows it: thinking, waiting, trying again. */
export function Activity({ store }: { store: SessionStore }) {
  const chat = useChat();
  const trans = useTrans();
  const agent = store.agent.value;
  if (!agent || !chat.busy.value || agent.status === 'waiting_for_key') return null; // that has a banner
  if (!agent.note && isVisiblyAtWork(store)) return null;
  const words = agent.note ?? waitingWords(agent, trans);
  return (
    <p class="dsp-activity" title={agent.note ?? ''}>
      <span class="dsp-pulse" aria-hidden="true" />
      <span class="dsp-activity-words">{words}</span>
    </p>
  );
}

function waitingWords(agent: Agent, trans: Translation): string {
  if (agent.status === 'running') return trans.__('Thinking…');
  if (agent.waiting_on === 'request') return trans.__('Waits for you');
  if (agent.waiting_on === 'user') return trans.__('Waits for your answer');
  return trans._n('Waits for 1 agent…', 'Waits for %1 agents…', Math.max(1, agent.waits_for.length));
}

/** A call or a text that is being written moves by itself. */
function isVisiblyAtWork(store: SessionStore): boolean {
  store.structure.value;
  const last = store.thread.value.at(-1);
  const message = last ? store.tables.messages.get(last)?.value : undefined;
  if (message?.role !== 'assistant') return false;
  const calls = store.callsOf(message.id).map(id => store.tables.calls.get(id)?.value.status);
  if (calls.length) return calls.some(status => status === 'pending' || status === 'in_progress');
  return message.status === 'streaming' && (message.text !== '' || message.reasoning !== '');
}

/** Why the agent stopped, unless the last that it said says so itself. */
export function Ending({ store }: { store: SessionStore }) {
  const agent = store.agent.value;
  store.structure.value;
  if (agent?.status !== 'error' || !agent.error) return null;
  const last = store.lastSaid.value;
  const said = last ? store.tables.messages.get(last)?.value.error : null;
  if (said && said.code === agent.error.code) return null;
  return <Failure error={agent.error} />;
}
