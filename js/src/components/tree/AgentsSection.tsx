import { useId } from 'preact/hooks';
import type { SessionStore } from '../../store/session-store';
import { useChat, useTrans } from '../context';
import { Icon } from '../Icon';
import { Timeline } from '../timeline/Timeline';
import { useKept } from '../use-kept';
import { Summary, SummaryAside } from './Summary';
import { ThreadHead } from './ThreadHead';
import { TreeView } from './TreeView';

/** Above the conversation, once there is more than one agent: how they stand, and on a click the tree. */
export function AgentsSection() {
  const chat = useChat();
  const store = chat.store.value;
  if (!store || store.tree.rows.value.length < 2) return null;
  return (
    <>
      <Section key={chat.sessionId.value} store={store} />
      {chat.agentId.value !== null && <ThreadHead store={store} />}
    </>
  );
}

function Section({ store }: { store: SessionStore }) {
  const chat = useChat();
  const trans = useTrans();
  const tree = useId();
  // where there are no tabs, there is little room as well
  const [open, setOpen] = useKept('agents', chat.host.openThread !== undefined);
  const pick = (id: string) => chat.showThread(id);
  return (
    <section class="dsp-agents" aria-label={trans.__('Agents')}>
      <div class="dsp-agents-head">
        <button
          type="button"
          class="dsp-agents-toggle"
          aria-expanded={open}
          aria-controls={tree}
          onClick={() => setOpen(!open)}
        >
          <Icon name="chevron" />
          <Summary store={store} />
        </button>
        <SummaryAside store={store} onPick={pick} />
      </div>
      <div id={tree} class="dsp-agents-tree" hidden={!open}>
        {open && <TreeView store={store} onPick={pick} onOpen={id => chat.openThread(id)} />}
      </div>
    </section>
  );
}

/** The tree, or the time line, beside a thread: always there, and it says what is to come while there is one agent. */
export function AgentsPane() {
  const chat = useChat();
  const trans = useTrans();
  const store = chat.store.value;
  // who calls for the tree in a cell gets the tree; what is kept is the Agents tab's
  const [timeline, setTimeline] = useKept(chat.host.isCell ? null : 'timeline', false);
  if (!store)
    return <p class="dsp-split-tree dsp-wait">{trans.__('There is no session yet: the first message begins one.')}</p>;
  const pick = (id: string) => chat.showThread(id);
  const words = timeline ? trans.__('Show the tree') : trans.__('Timeline: who ran when, and waited on what');
  return (
    <section
      class={`dsp-split-tree${timeline ? ' dsp-split-time' : ''}`}
      aria-label={trans.__('Agents')}
      key={chat.sessionId.value}
    >
      <div class="dsp-agents-head">
        <Summary store={store} />
        <SummaryAside store={store} onPick={pick} />
        <button
          type="button"
          class="dsp-icon-button dsp-timeline-button"
          title={words}
          aria-label={trans.__('Timeline')}
          aria-pressed={timeline}
          onClick={() => setTimeline(!timeline)}
        >
          <Icon name="timeline" />
        </button>
      </div>
      {timeline ? (
        <Timeline store={store} trans={trans} onOpen={pick} />
      ) : (
        <TreeView store={store} onPick={pick} onOpen={id => chat.openThread(id)} />
      )}
      {store.tree.rows.value.length === 1 && (
        <p class="dsp-quiet dsp-small dsp-tree-empty">
          {trans.__(
            'Agents appear here when one is summoned. Each has its own thread: you can watch it and write to it.'
          )}
        </p>
      )}
    </section>
  );
}
