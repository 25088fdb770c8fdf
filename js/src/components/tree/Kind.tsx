import type { Agent } from '../../protocol';
import { useTrans } from '../context';
import { kindOf, kindSentence, kindWord } from './row-words';

const SIGNS = { detached: '↗', background: '⇄', alone: '◇' } as const;

/** How an agent belongs to who summoned it, where that is not the usual way; a sign where there is little room. */
export function Kind({ agent }: { agent: Agent }) {
  const trans = useTrans();
  const kind = kindOf(agent);
  if (!kind) return null;
  return (
    <span class="dsp-node-kind" title={kindSentence(agent, trans)}>
      <span class="dsp-kind-sign" aria-hidden="true">
        {SIGNS[kind]}
      </span>
      <span class="dsp-kind-word">{kindWord(kind, trans)}</span>
    </span>
  );
}
