import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { SessionStore } from '../store/session-store';
import { nameOf } from './agent-words';
import { useCommandNews } from './shell/news';

const MOST_CHARS = 600;

/** Tells a screen reader of commands and of answers once they are finished; the tokens on their way would drown everything else. */
export function Announcer({ store }: { store: SessionStore }) {
  const words = useSignal('');
  // what is being written as this is drawn: it may have ended before the effect below looks for the first time
  const watched = useRef(writtenNow(store));
  useCommandNews(store, news => {
    words.value = news;
  });
  useSignalEffect(() => {
    const last = messageOf(store.thread.value.at(-1));
    const before = messageOf(watched.current); // the next one may have begun in the same moment
    if (before && before.status !== 'streaming') {
      watched.current = null;
      const root = before.agent_id === store.rootAgent.peek()?.id;
      const speaker = root ? undefined : store.tables.agents.peek(before.agent_id);
      const name = speaker ? nameOf(speaker) : 'Dispatch';
      if (before.text) words.value = `${name}: ${before.text.slice(0, MOST_CHARS)}`;
    }
    if (last?.role === 'assistant' && last.status === 'streaming') watched.current = last.id;
  });
  const messageOf = (id: string | null | undefined) => (id ? store.tables.messages.get(id)?.value : undefined);
  return (
    <div class="dsp-hidden" aria-live="polite" data-announcer>
      {words.value}
    </div>
  );
}

function writtenNow(store: SessionStore): string | null {
  const id = store.thread.peek().at(-1) ?? '';
  const message = store.tables.messages.peek(id);
  return message?.role === 'assistant' && message.status === 'streaming' ? id : null;
}
