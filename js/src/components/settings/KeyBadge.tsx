import type { Translation } from '../../host';
import type { KeyState, KeyStatus } from '../../protocol';
import { useTrans } from '../context';

/** How a key stands: a shape, a colour and a word. */
export function KeyBadge({ state }: { state: KeyState }) {
  const trans = useTrans();
  const [shape, word] = signOf(state.status, trans);
  return (
    <span class={`dsp-badge dsp-key-${state.status}`} data-key-status={state.status} title={state.reason}>
      <span aria-hidden="true">{shape}</span> {word}
    </span>
  );
}

function signOf(status: KeyStatus, trans: Translation): readonly [shape: string, word: string] {
  const signs: Record<KeyStatus, readonly [string, string]> = {
    active: ['●', trans.__('active')],
    busy: ['◐', trans.__('busy')],
    cooling: ['◔', trans.__('cooling down')],
    exhausted: ['■', trans.__('used up')],
    bad: ['✕', trans.__('refused')],
    missing: ['○', trans.__('missing')]
  };
  return signs[status];
}
