import type { Translation } from '../../host';
import { agentPath } from '../agent-words';
import type { Bar } from './bars';
import type { Line } from './periods';
import type { HasHistory } from './store';
import { barWords, calledBy, eventWords } from './words';

interface Props {
  readonly id: string;
  readonly line: Line | null;
  readonly bar: Bar | null;
  readonly now: number;
  readonly store: HasHistory;
  readonly trans: Translation;
  readonly onOpen: ((agentId: string) => void) | null;
}

/** What is under the pointer, or where the keyboard is, in words. */
export function Details({ id, line, bar, now, store, trans, onOpen }: Props) {
  return (
    <div class="dsp-tl-details">
      <p id={id} aria-live="polite">
        {line ? (
          <>
            <strong>{agentPath(store, line.agentId)}</strong>{' '}
            {bar ? barWords(bar, store, now, trans) : trans.__('did nothing in this time')}
            {bar &&
              eventWords(line, bar.from, bar.until, store, trans).map(words => (
                <span key={words} class="dsp-quiet">
                  {' · '}
                  {words}
                </span>
              ))}
          </>
        ) : (
          <span class="dsp-quiet">{trans.__('Point at a bar, or move with the arrow keys.')}</span>
        )}
      </p>
      {line && onOpen && (
        <button
          type="button"
          class="dsp-link"
          aria-label={trans.__('Open the thread of %1', calledBy(store, line.agentId))}
          onClick={() => onOpen(line.agentId)}
        >
          {trans.__('Open its thread')}
        </button>
      )}
    </div>
  );
}
