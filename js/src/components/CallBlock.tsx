import { useState } from 'preact/hooks';
import type { ToolCall } from '../protocol';
import type { SessionStore } from '../store/session-store';
import { summaryOf } from './call-words';
import { useTrans } from './context';
import { Icon } from './Icon';
import { ToolCallCard } from './ToolCallCard';

/** A run of more calls than this is folded, but for the latest ones. */
const FOLD_OVER = 6;
const KEEP = 3;

/** Calls that followed one another, as one block. */
export function CallBlock({ ids, store }: { ids: readonly string[]; store: SessionStore }) {
  const [open, setOpen] = useState(false);
  const folded = ids.length > FOLD_OVER ? ids.slice(0, -KEEP) : [];
  const shown = open ? ids : ids.slice(folded.length);
  return (
    <div class="dsp-calls">
      {folded.length > 0 && <Fold ids={folded} store={store} open={open} onToggle={() => setOpen(!open)} />}
      {shown.map(id => (
        <ToolCallCard key={id} id={id} store={store} />
      ))}
    </div>
  );
}

interface FoldProps {
  readonly ids: readonly string[];
  readonly store: SessionStore;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function Fold({ ids, store, open, onToggle }: FoldProps) {
  const trans = useTrans();
  const calls = ids.map(id => store.tables.calls.get(id)?.value).filter((call): call is ToolCall => call !== undefined);
  return (
    <button type="button" class="dsp-call dsp-fold" aria-expanded={open} onClick={onToggle}>
      <Icon name="chevron" />
      <span class="dsp-call-verb">{trans._n('1 earlier step', '%1 earlier steps', ids.length)}</span>
      <span class="dsp-call-object dsp-quiet">{summaryOf(calls, trans)}</span>
    </button>
  );
}
