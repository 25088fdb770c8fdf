import { useTrans } from './context';

/** In a call's line: a person has to say whether it may go on. Where there is little room, in one word. */
export function Waits() {
  const trans = useTrans();
  return (
    <span class="dsp-figures dsp-waits" data-short={trans.__('waits')}>
      <span>{trans.__('waits for you')}</span>
    </span>
  );
}
