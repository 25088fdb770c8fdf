import type { Translation } from '../host';
import type { Flash as Taken } from '../store/setup';
import { useChat, useTrans } from './context';
import { Icon } from './Icon';

/** For a moment: what was taken up. It covers nothing that is read or can be clicked, and takes no focus. */
export function Flash() {
  const { setup } = useChat();
  const trans = useTrans();
  const flash = setup.flash.value;
  const words = flash && wordsOf(flash, trans);
  return (
    <div class="dsp-flash-place" role="status">
      {flash && (
        <span
          key={flash.words}
          class={`dsp-flash ${flash.worse ? 'dsp-flash-bad' : ''}`}
          data-flash={flash.kind}
          title={words ?? ''}
        >
          <Icon name={flash.worse ? 'warn' : 'check'} />
          <span>{words}</span>
        </span>
      )}
    </div>
  );
}

function wordsOf({ kind, words, worse }: Taken, trans: Translation): string {
  if (kind === 'skills') return worse ? trans.__('Skills read: %1', words) : trans.__('Skills taken up: %1', words);
  return worse ? trans.__('Settings read: %1', words) : trans.__('Settings taken up: %1', words);
}
