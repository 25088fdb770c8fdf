import { useComputed } from '@preact/signals';
import type { Translation } from '../../host';
import type { Agent, Request } from '../../protocol';
import type { SessionStore } from '../../store/session-store';
import { handleOf } from '../../store/tree';
import { stateSign } from '../agent-words';
import { useTrans } from '../context';
import { dollars, usageDetails } from '../format';
import { Icon } from '../Icon';
import { Mark } from '../Mark';
import { ShownText } from '../ShownText';
import { visible } from '../shown-text';
import { Kind } from './Kind';
import { kindOf, kindWord, lineOf } from './row-words';
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
  const folded = useComputed(() => hasChildren && state.isFolded(id));
  const asks = useComputed(() => store.tree.waitingFor(id)[0] ?? null);
  const asksBelow = useComputed(() => (folded.value ? askingBelow(store, id) : 0));
  const agent = store.tables.agents.get(id)?.value;
  if (!agent) return null;
  const sign = stateSign(agent, trans);
  const line = lineOf(agent, asks.value, store.session.value, trans);
  const waits = asks.value !== null || asksBelow.value > 0;
  return (
    <div
      role="treeitem"
      class={`dsp-node dsp-tone-${waits ? 'asks' : agent.status}`}
      style={`--dsp-level:${depth}`}
      data-agent={id}
      data-status={agent.status}
      aria-label={said(agent, sign[1], asks.value, line, trans)}
      aria-level={depth + 1}
      aria-selected={selected.value}
      aria-expanded={hasChildren ? !folded.value : undefined}
      tabIndex={current.value ? 0 : -1}
      onFocus={() => state.focus(id)}
    >
      <span class="dsp-node-fold" aria-hidden="true">
        {hasChildren && <Icon name="chevron" />}
      </span>
      <Mark sign={sign} />
      <span class="dsp-node-name">
        <ShownText text={agent.name} />
        <code class="dsp-node-handle">{handleOf(id)}</code>
        <Kind agent={agent} />
      </span>
      <span class="dsp-node-cost" title={usageDetails(agent.usage, agent.context_tokens, trans)}>
        {agent.usage.cost_usd ? dollars(agent.usage.cost_usd) : ''}
      </span>
      <span class="dsp-node-words">
        {waits && (
          <span class="dsp-asks">
            {asks.value ? trans.__('asks you') : trans._n('1 below asks you', '%1 below ask you', asksBelow.value)}
          </span>
        )}
        <ShownText text={line} />
      </span>
      <span class="dsp-node-state">{sign[1]}</span>
      <span class="dsp-node-model" title={agent.model.id}>
        {agent.model.demo ? trans.__('demo') : agent.model.label}
      </span>
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

/** The row as it is read out: what matters first. */
function said(agent: Agent, state: string, asks: Request | null, line: string, trans: Translation): string {
  const kind = kindOf(agent);
  const parts = [
    visible(agent.name),
    handleOf(agent.id),
    asks ? trans.__('asks you') : state,
    visible(line),
    kind && kindWord(kind, trans),
    agent.model.demo ? trans.__('demo') : agent.model.label,
    agent.usage.cost_usd && dollars(agent.usage.cost_usd)
  ];
  return parts.filter(Boolean).join(', ');
}

/** How many agents below this one wait for a person. */
function askingBelow(store: SessionStore, id: string): number {
  const below = store.tree.rows.value.filter(row => row.id !== id && row.path.includes(id));
  return below.filter(row => store.tree.waitingFor(row.id).length > 0).length;
}
