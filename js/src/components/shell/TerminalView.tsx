import { useSignalEffect } from '@preact/signals';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { TerminalWriter } from '../../terminal/writer';
import { useTrans } from '../context';
import { useFollow } from '../follow';

/** So many lines are in the page at once, unless all are asked for. */
const MOST_LINES = 2_000;

interface Props {
  /** May grow: what was there before is not drawn again. */
  readonly output: string;
  readonly label: string;
  /** It is still growing, so "all of it" is not offered yet. */
  readonly live?: boolean;
  /** The person has left the end to read. */
  readonly onHold?: () => void;
}

/** What a command printed, as a terminal shows it: at its end, until the person scrolls up. */
export function TerminalView({ output, label, live = false, onHold }: Props) {
  const trans = useTrans();
  const { scroller, content, following } = useFollow({ byHand: true });
  const lines = useRef<HTMLDivElement>(null);
  const writer = useRef<TerminalWriter | null>(null);
  const [all, setAll] = useState(false);
  const [dropped, setDropped] = useState(0);
  const hold = useRef(onHold);
  hold.current = onHold;
  useLayoutEffect(() => {
    if (!lines.current) return;
    lines.current.replaceChildren();
    writer.current = new TerminalWriter(lines.current, all ? Number.POSITIVE_INFINITY : MOST_LINES);
  }, [all]);
  useLayoutEffect(() => {
    writer.current?.write(output);
    setDropped(writer.current?.dropped ?? 0);
  }, [output, all]);
  useSignalEffect(() => {
    if (!following.value) hold.current?.();
  });
  return (
    <div class="dsp-term" role="group" aria-label={label} tabIndex={0} ref={scroller}>
      <div class="dsp-term-content" ref={content}>
        {dropped > 0 && (
          <p class="dsp-quiet">
            {trans._n('1 earlier line is not shown.', '%1 earlier lines are not shown.', dropped)}{' '}
            {!live && (
              <button type="button" class="dsp-link" onClick={() => setAll(true)}>
                {trans.__('Show all')}
              </button>
            )}
          </p>
        )}
        <div class="dsp-term-lines" ref={lines} />
      </div>
    </div>
  );
}
