import { useState } from 'preact/hooks';
import type { Translation } from '../../host';
import type { Message } from '../../protocol';
import type { SessionStore } from '../../store/session-store';
import { wasStopped } from '../../store/tree';
import { ThreadLink } from '../AgentName';
import { nameOf, stateSign } from '../agent-words';
import { useTrans } from '../context';
import { Markdown } from '../Markdown';
import { resultText } from './result-text';

/** Longer messages are folded. */
const FOLD_CHARS = 700;
const FOLD_LINES = 9;

/** What another agent has written here. It has no person's authority, and does not look as if it had. */
export function AgentMessage({ message, store }: { message: Message; store: SessionStore }) {
  const trans = useTrans();
  const [open, setOpen] = useState(false);
  const { from_agent, purpose } = message;
  const text = purpose === 'result' ? resultText(message.text) : message.text;
  const sender = store.tables.agents.get(from_agent ?? '')?.value;
  const long = text.length > FOLD_CHARS || text.split('\n').length > FOLD_LINES;
  const name = sender ? nameOf(sender) : message.sender;
  const failed = purpose === 'result' && sender?.status === 'error' ? stateSign(sender, trans) : null;
  return (
    <article
      class={`dsp-from-agent dsp-from-${purpose}`}
      data-message={message.id}
      data-role="agent"
      data-purpose={purpose}
      title={new Date(message.created_at).toLocaleString()}
    >
      <header>
        <span class="dsp-purpose">{purposeWord(message, trans)}</span>
        <h3>
          <span class="dsp-quiet">{trans.__('from')} </span>
          {from_agent ? <ThreadLink store={store} agentId={from_agent} /> : name}
        </h3>
        {failed && <span class={sender && wasStopped(sender) ? 'dsp-quiet' : 'dsp-bad'}>{failed.join(' ')}</span>}
        {message.woke && (
          <span class="dsp-quiet dsp-small" title={trans.__('Nobody else was at it: this message began the turn.')}>
            {trans.__('began this turn')}
          </span>
        )}
      </header>
      <div class={long && !open ? 'dsp-folded' : ''}>
        <Markdown read={() => ({ text, final: true })} />
      </div>
      {long && (
        <button
          type="button"
          class="dsp-link"
          aria-expanded={open}
          aria-label={
            open
              ? trans.__('Show less of the message from %1', name)
              : trans.__('Show all of the message from %1', name)
          }
          onClick={() => setOpen(!open)}
        >
          {open ? trans.__('Show less') : trans.__('Show all')}
        </button>
      )}
    </article>
  );
}

function purposeWord({ purpose }: Message, trans: Translation): string {
  return { brief: trans.__('Brief'), message: trans.__('Message'), result: trans.__('Result') }[purpose];
}
