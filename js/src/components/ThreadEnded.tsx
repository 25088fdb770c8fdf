import { useState } from 'preact/hooks';
import type { Translation } from '../host';
import type { Agent } from '../protocol';
import { nameOf, stateSign } from './agent-words';
import { useTrans } from './context';
import { moment } from './format';
import { Mark } from './Mark';
import { Markdown } from './Markdown';
import { Prose } from './Prose';

interface Props {
  readonly agent: Agent;
  /** Whom it worked for; null where it is not known. */
  readonly parent: Agent | null;
  /** Leads to the thread of that one; null where the page cannot. */
  readonly onParent: (() => void) | null;
}

/** In the place of the composer, where the agent has ended: how and when, and what it handed back. */
export function ThreadEnded({ agent, parent, onParent }: Props) {
  const trans = useTrans();
  const [open, setOpen] = useState(false);
  const { result, error, ended_at } = agent;
  const [sign, words] = stateSign(agent, trans);
  return (
    <section class="dsp-thread-ended" aria-label={trans.__('This thread is closed')} data-ended={agent.status}>
      <p>
        <Mark sign={[sign, words]} /> <strong>{endedWords(agent, words, trans)}</strong>
        {ended_at && (
          <span class="dsp-quiet" title={new Date(ended_at).toLocaleString()}>
            {' · '}
            {moment(ended_at)}
          </span>
        )}
      </p>
      {agent.status === 'error' && error && error.code !== 'cancelled' && (
        <p class="dsp-small dsp-bad">
          <Prose text={error.message} />
        </p>
      )}
      <p class="dsp-small dsp-quiet">
        {trans.__('Its thread is closed.')} {parent && <Handed parent={parent} onParent={onParent} />}
      </p>
      {result && (
        <button type="button" class="dsp-link" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? trans.__('Hide the result') : resultWord(agent, trans)}
        </button>
      )}
      {result && open && (
        <div class="dsp-ended-result" tabIndex={0}>
          <Markdown read={() => ({ text: result, final: true })} />
        </div>
      )}
    </section>
  );
}

function Handed({ parent, onParent }: { parent: Agent; onParent: (() => void) | null }) {
  const trans = useTrans();
  const name = nameOf(parent);
  return (
    <>
      {trans.__('What came of it went to')}{' '}
      {onParent ? (
        <button
          type="button"
          class="dsp-thread-link"
          title={trans.__('Open the thread of %1', name)}
          onClick={onParent}
        >
          {name}
        </button>
      ) : (
        name
      )}
      .
    </>
  );
}

function endedWords(agent: Agent, words: string, trans: Translation): string {
  const name = nameOf(agent);
  if (agent.status === 'done') return trans.__('%1 is done', name);
  return agent.error?.code === 'cancelled' ? trans.__('%1 was stopped', name) : `${name}: ${words}`;
}

/** Of one that did not get to its end, what it had done by then. */
function resultWord({ status }: Agent, trans: Translation): string {
  return status === 'done' ? trans.__('Show the result') : trans.__('Show what it had done');
}
