import { useSignalEffect } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { MarkdownWriter } from '../markdown/writer';
import { useChat } from './context';
import { onTextAction } from './text-actions';

interface Props {
  /** Read inside an effect, which writes into the element: a token costs what its end of the text costs. */
  readonly read: () => { readonly text: string; readonly final: boolean };
  /** Links without a scheme are to files of the project, which a click opens. */
  readonly links?: boolean;
}

/** Drawing may take this share of the time: after a slow frame the next one waits, but never longer than that. */
const BUSY_SHARE = 0.3;
const LONGEST_WAIT_MS = 400;

/** Markdown that may still be growing: drawn at most once a frame, less often where a frame is dear. */
export function Markdown({ read, links = true }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const painter = useRef<Painter | null>(null);
  const chat = useChat();
  const { trans } = chat.host;
  const opens = links && chat.host.openFile !== undefined;
  const latest = useRef(read);
  latest.current = read;

  useLayoutEffect(() => {
    if (!element.current) return;
    painter.current = new Painter(new MarkdownWriter(element.current, trans, opens), () => latest.current());
    painter.current.paint();
    return () => painter.current?.stop();
  }, [trans, opens]);
  useSignalEffect(() => {
    const { final } = latest.current();
    painter.current?.ask(final);
  });
  return (
    <div
      class="dsp-markdown"
      ref={element}
      onClick={event => onTextAction(event, chat)}
      onKeyDown={event => event.key === 'Enter' && onTextAction(event, chat)}
    />
  );
}

class Painter {
  private frame = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private earliest = 0;
  private drawn: ReturnType<Props['read']> | null = null;

  constructor(
    private readonly writer: MarkdownWriter,
    private readonly read: Props['read']
  ) {}

  /** Something changed. The end is always drawn at once: nothing comes after it. */
  ask(final: boolean): void {
    const wait = this.earliest - performance.now();
    if (final) this.paint();
    else if (this.frame || this.timer !== undefined) return;
    else if (wait > 0) this.timer = setTimeout(() => this.request(), wait);
    else this.request();
  }

  paint(): void {
    this.stop();
    const { text, final } = this.read();
    if (this.drawn?.text === text && this.drawn.final === final) return;
    const started = performance.now();
    this.writer.write(text, final);
    this.drawn = { text, final };
    const ended = performance.now();
    this.earliest = ended + Math.min((ended - started) / BUSY_SHARE, LONGEST_WAIT_MS);
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.frame = 0;
    this.timer = undefined;
  }

  private request(): void {
    this.timer = undefined;
    this.frame = requestAnimationFrame(() => this.paint());
  }
}
