import { useId, useState } from 'preact/hooks';
import type { Translation } from '../../host';
import type { Agent, ToolCall } from '../../protocol';
import type { SessionStore } from '../../store/session-store';
import { stateSign } from '../agent-words';
import { CallDetails } from '../CallDetails';
import { callSign, type Sign, wasCutShort } from '../call-words';
import { useChat, useTrans } from '../context';
import { elapsed } from '../format';
import { Icon } from '../Icon';
import { Mark } from '../Mark';
import { StreamedContent } from '../StreamedContent';
import { waitedFor } from '../shell/run';
import { toneOf } from '../tree/row-words';
import { type PeerTool, peerOf, peerWords } from './peer-words';

interface Props {
  readonly call: ToolCall;
  readonly tool: PeerTool;
  readonly store: SessionStore;
}

/** A call about another agent, or a person: its line says who and what, and how that agent is now. */
export function PeerCard({ call, tool, store }: Props) {
  const trans = useTrans();
  const details = useId();
  const [open, setOpen] = useState(false);
  store.structure.value; // tells of agents, questions and answers
  store.tables.agents.members.value;
  const peer = peerOf(call, tool, store);
  const { verb, who, what } = peerWords(call, tool, peer, trans);
  const asked = store.requestsOf(call.id);
  const cut = cutSign(call, trans);
  const waits = call.status === 'in_progress' && asked.some(request => request.status === 'open');
  const took = call.ended_at ? elapsed(call.started_at, call.ended_at, waitedFor(asked)) : null;
  return (
    <div
      class={`dsp-tool dsp-peer dsp-is-${cut ? 'cut' : call.status}`}
      data-call={call.id}
      data-status={call.status}
      data-tool={call.name}
      data-peer={peer?.id}
    >
      <div class="dsp-call">
        <Mark sign={cut ?? callSign(call, waits, trans)} />
        <button
          type="button"
          class="dsp-call-toggle"
          aria-expanded={open}
          aria-controls={details}
          aria-label={trans.__('%1 %2: details', verb, [who, what].filter(Boolean).join(': '))}
          onClick={() => setOpen(!open)}
        />
        <span class="dsp-call-verb">{verb}</span>
        <span class="dsp-peer-what" title={[who, what].filter(Boolean).join(': ')}>
          {who && <Who peer={peer} who={who} />}
          {what && <bdi>{who ? `: ${what}` : what}</bdi>}
        </span>
        <State peer={tool === 'ask_user' ? undefined : peer} waits={waits} took={took} />
        <Icon name="chevron" />
      </div>
      {call.status === 'pending' && <StreamedContent call={call} />}
      {open && <CallDetails id={details} call={call} took={took} />}
    </div>
  );
}

/**
 * That the wait for an agent was cut short. It had been summoned, so the call has not failed, and what comes of the agent
 * is its own: after a restart it goes on, and its result comes as a message.
 */
function cutSign(call: ToolCall, trans: Translation): Sign | null {
  if (!wasCutShort(call)) return null;
  if (call.error?.code === 'cancelled') return ['■', trans.__('the wait for it was stopped')];
  return ['■', trans.__('the wait for it was interrupted: the server stopped')];
}

/** The way to its thread, where there is one. */
function Who({ peer, who }: { peer: Agent | undefined; who: string }) {
  const chat = useChat();
  const trans = useTrans();
  if (!peer || peer.id === chat.agent.value?.id) return <strong>{who}</strong>;
  return (
    <button
      type="button"
      class="dsp-thread-link"
      title={trans.__('Open the thread of %1', who)}
      onClick={() => chat.openThread(peer.id)}
    >
      {who}
    </button>
  );
}

/** How the agent is now, whatever became of the call: one in the background goes on after it. */
function State({ peer, waits, took }: { peer: Agent | undefined; waits: boolean; took: string | null }) {
  const trans = useTrans();
  if (peer) {
    const [sign, words] = stateSign(peer, trans);
    return (
      <span
        class={`dsp-figures dsp-peer-state dsp-agent-${toneOf(peer, false)}`}
        data-state={peer.status}
        title={words}
      >
        <span aria-hidden="true">{sign}</span> <span class="dsp-peer-words">{words}</span>
      </span>
    );
  }
  if (waits) return <span class="dsp-figures dsp-waits">{trans.__('waits')}</span>;
  return <span class="dsp-figures">{took}</span>;
}
