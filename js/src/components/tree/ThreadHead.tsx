import { useId } from 'preact/hooks';
import { handleOf } from '../../store/agent-ids';
import type { SessionStore } from '../../store/session-store';
import { stateSign } from '../agent-words';
import { useChat, useTrans } from '../context';
import { Icon } from '../Icon';
import { Mark } from '../Mark';
import { ShownText } from '../ShownText';
import { useKept } from '../use-kept';
import { AgentDetails } from './AgentDetails';
import { Kind } from './Kind';
import { toneOf } from './row-words';

interface Props {
  readonly store: SessionStore;
  /** The view is that of this thread alone: there is no tab to open it in. */
  readonly alone?: boolean;
}

/** Whose thread it is, below those it works for; on a click, all that is to know of it. */
export function ThreadHead({ store, alone }: Props) {
  const chat = useChat();
  const trans = useTrans();
  const details = useId();
  const [open, setOpen] = useKept('thread-details', false);
  const agent = store.agent.value;
  if (!agent) return <div class="dsp-thread-head" data-thread={chat.agentId.value ?? ''} />;
  const sign = stateSign(agent, trans);
  const above = store.tree.pathOf(agent.id).slice(0, -1);
  const waits = store.tree.waitingFor(agent.id).length > 0;
  return (
    <div class={`dsp-thread-head${open ? ' dsp-thread-open' : ''}`} data-thread={agent.id} data-status={agent.status}>
      <div class="dsp-thread-line">
        <span class={`dsp-thread-mark dsp-tone-${toneOf(agent, waits)}`}>
          <Mark sign={sign} />
        </span>
        <span class="dsp-thread-path">
          {above.map(one => (
            <span key={one.id} class="dsp-thread-above">
              <button
                type="button"
                class="dsp-thread-link"
                data-agent={one.id}
                title={trans.__('Show the thread of %1', one.name)}
                onClick={() => (alone ? chat.openThread(one.id) : chat.showThread(one.id))}
              >
                {one.name}
              </button>
              <span aria-hidden="true">›</span>
            </span>
          ))}
          <h3 class="dsp-thread-name">
            <ShownText text={agent.name} />
          </h3>{' '}
          <code class="dsp-node-handle">{handleOf(agent.id)}</code>
          <Kind agent={agent} />
        </span>
        <span class="dsp-thread-state">{sign[1]}</span>
        {!alone && chat.host.openThread && (
          <button
            type="button"
            class="dsp-icon-button"
            title={trans.__('Open this thread in a tab')}
            aria-label={trans.__('Open this thread in a tab')}
            onClick={() => chat.openThread(agent.id)}
          >
            <Icon name="open" />
          </button>
        )}
        <button
          type="button"
          class="dsp-icon-button dsp-thread-details"
          title={open ? trans.__('Hide details') : trans.__('Details: model, permissions, skills, cost')}
          aria-label={trans.__('Details')}
          aria-expanded={open}
          aria-controls={details}
          onClick={() => setOpen(!open)}
        >
          <Icon name="chevron" />
        </button>
      </div>
      <div id={details} hidden={!open}>
        {open && <AgentDetails store={store} agent={agent} alone={alone === true} />}
      </div>
    </div>
  );
}
