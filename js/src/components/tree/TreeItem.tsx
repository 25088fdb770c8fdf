import { useComputed } from '@preact/signals';
import type { Translation } from '../../host';
import type { Agent } from '../../protocol';
import { handleOf } from '../../store/agent-ids';
import type { SessionStore } from '../../store/session-store';
import { stateSign } from '../agent-words';
import { useTrans } from '../context';
import { usageDetails } from '../format';
import { Icon } from '../Icon';
import { ShownText } from '../ShownText';
import { visible } from '../shown-text';
import { Kind } from './Kind';
import { costWord, kindOf, kindWord, lineOf, stateWord, taskWords, toneOf } from './row-words';
import type { TreeState } from './tree-state';

interface Props {
  readonly id: string;
  readonly depth: number;
  readonly hasChildren: boolean;
  readonly store: SessionStore;
  readonly state: TreeState;
}

/** One agent: how it stands, who it is, what it is at; and above all, whether it waits for the person. */
export function TreeItem({ id, depth, hasChildren, store, state }: Props) {
  const trans = useTrans();
  const selected = useComputed(() => state.selected.value === id);
  const current = useComputed(() => state.current.value === id);
  const folded = useComputed(() => state.isFolded(id)); // only signals in here: it may have no children yet
  const asks = useComputed(() => store.tree.waitingFor(id)[0] ?? null);
  const asksBelow = useComputed(() => (folded.value ? askingBelow(store, id) : 0));
  const agent = store.tables.agents.get(id)?.value;
  if (!agent) return null;
  const [sign, words] = stateSign(agent, trans);
  const line = lineOf(agent, asks.value, store, trans);
  const task = asks.value ? '' : taskWords(agent, store.session.value, trans);
  const below = belowWords(asksBelow.value, trans);
  const standing = [asks.value ? trans.__('asks you') : words, below, visible(line), visible(task)];
  const waits = asks.value !== null || asksBelow.value > 0;
  return (
    <div
      role="treeitem"
      class={`dsp-node dsp-tone-${toneOf(agent, waits)}`}
      style={`--dsp-level:${depth}`}
      data-agent={id}
      data-status={agent.status}
      aria-label={said(agent, standing, trans)}
      aria-level={depth + 1}
      aria-selected={selected.value}
      aria-expanded={hasChildren ? !folded.value : undefined}
      tabIndex={current.value ? 0 : -1}
      onFocus={() => state.focus(id)}
    >
      <span class="dsp-node-fold" aria-hidden="true">
        {hasChildren && <Icon name="chevron" />}
      </span>
      <span class="dsp-mark" aria-hidden="true" title={words}>
        {sign}
      </span>
      <Who agent={agent} asks={asks.value !== null} />
      <About agent={agent} line={line} task={task} asking={asksBelow.value} />
      <button
        type="button"
        class="dsp-icon-button dsp-node-more"
        tabIndex={-1}
        aria-label={trans.__('More for %1', agent.name)}
        title={trans.__('More')}
      >
        <Icon name="more" />
      </button>
    </div>
  );
}

/** Its name, what tells it from others of that name, and how it stands. */
function Who({ agent, asks }: { readonly agent: Agent; readonly asks: boolean }) {
  const trans = useTrans();
  return (
    <span class="dsp-node-who">
      <span class="dsp-node-name" title={agent.name}>
        <ShownText text={agent.name} />
        <code class="dsp-node-handle">{handleOf(agent.id)}</code>
        <span class="dsp-node-aside">
          <Kind agent={agent} />
        </span>
      </span>
      <span class="dsp-node-state" title={stateSign(agent, trans)[1]}>
        {asks ? <span class="dsp-asks">{trans.__('asks you')}</span> : stateWord(agent, trans)}
      </span>
    </span>
  );
}

interface AboutProps {
  readonly agent: Agent;
  readonly line: string;
  /** What there is no room for beside it. */
  readonly task: string;
  /** How many ask below it, where they are folded away. */
  readonly asking: number;
}

/** What it is at, with which model, and what that has cost. */
function About({ agent, line, task, asking }: AboutProps) {
  const trans = useTrans();
  const below = belowWords(asking, trans);
  return (
    <span class="dsp-node-about">
      <span
        class={`dsp-node-words ${below ? 'dsp-node-below' : ''}`}
        style={`--dsp-letters:${line.length}`}
        title={[below, line, task].filter(Boolean).join('\n')}
      >
        {below && (
          <span class="dsp-asks">
            <span class="dsp-asks-long">{below}</span>
            <span class="dsp-asks-short">{trans._n('1 asks', '%1 ask', asking)}</span>
          </span>
        )}
        <ShownText text={line} />
      </span>
      <span class="dsp-node-model" title={agent.model.id}>
        {agent.model.demo ? trans.__('demo') : agent.model.label}
      </span>
      <span class="dsp-node-cost" title={usageDetails(agent.usage, agent.context_tokens, trans)}>
        {costWord(agent, trans)}
      </span>
    </span>
  );
}

function belowWords(asking: number, trans: Translation): string {
  return asking > 0 ? trans._n('1 below asks you', '%1 below ask you', asking) : '';
}

/** The row as it is read out: what matters first. */
function said(agent: Agent, standing: readonly string[], trans: Translation): string {
  const kind = kindOf(agent);
  const parts = [
    visible(agent.name),
    handleOf(agent.id),
    ...standing,
    kind && kindWord(kind, trans),
    agent.model.demo ? trans.__('demo') : agent.model.label,
    agent.usage.cost_usd === null ? trans.__('price unknown') : costWord(agent, trans)
  ];
  return parts.filter(Boolean).join(', ');
}

/** How many agents below this one wait for a person. */
function askingBelow(store: SessionStore, id: string): number {
  const below = store.tree.rows.value.filter(row => row.id !== id && row.path.includes(id));
  return below.filter(row => store.tree.waitingFor(row.id).length > 0).length;
}
