import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { SessionStore } from '../store/session-store';
import { nameOf } from './agent-words';
import { useCommandNews } from './shell/news';

const MOST_CHARS = 600;

/** Tells a screen reader of commands and of answers once they are finished; the tokens on their way would drown everything else. */
export function Announcer({ store }: { store: SessionStore }) {
  const words = useSignal('');
  const watched = useRef<string | null>(null);
  useCommandNews(store, news => {
    words.value = news;
  });
  useSignalEffect(() => {
    const last = store.thread.value.at(-1);
    const message = last ? store.tables.messages.get(last)?.value : undefined;
    if (message?.role !== 'assistant') return;
    if (message.status === 'streaming') watched.current = message.id;
    else if (watched.current === message.id) {
      watched.current = null;
      const root = message.agent_id === store.rootAgent.peek()?.id;
      const speaker = root ? undefined : store.tables.agents.peek(message.agent_id);
      const name = speaker ? nameOf(speaker) : 'Dispatch';
      if (message.text) words.value = `${name}: ${message.text.slice(0, MOST_CHARS)}`;
    }
  });
  return (
    <div class="dsp-hidden" aria-live="polite" data-announcer>
      {words.value}
    </div>
  );
}
