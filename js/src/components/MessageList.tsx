import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { type Item, itemsOf } from '../store/items';
import type { SessionStore } from '../store/session-store';
import { Activity, Ending } from './Activity';
import { AssistantMessage } from './AssistantMessage';
import { CallBlock } from './CallBlock';
import { useChat, useTrans } from './context';
import { useFollow, useHeldPosition } from './follow';
import { Icon } from './Icon';
import { Prose } from './Prose';
import { AgentMessage } from './peers/AgentMessage';
import { RequestLines } from './RequestLines';
import { SendingMessage, UserMessage } from './UserMessage';

/** Messages in the page; older ones are one click away. */
const WINDOW = 200;
const PAGE = 100;

/** The conversation: the latest messages, followed as they grow. */
export function MessageList({ store }: { store: SessionStore }) {
  const chat = useChat();
  const trans = useTrans();
  const { scroller, content, following, toEnd } = useFollow();
  const shown = useShown(store, following);
  const items = useComputed(() => {
    store.structure.value;
    return itemsOf(
      shown.ids.value,
      id => store.tables.messages.peek(id),
      id => store.callsOf(id),
      id => store.requestsOf(id).some(request => request.status !== 'open')
    );
  });
  useSignalEffect(() => {
    if (chat.sending.value) toEnd();
  });
  return (
    <div class="dsp-list">
      <div
        class="dsp-scroller"
        role="log"
        aria-live="off"
        aria-label={trans.__('Conversation')}
        tabIndex={0}
        ref={scroller}
      >
        <div class="dsp-content" ref={content} aria-busy={!store.loaded.value}>
          <Earlier hidden={shown.start.value + store.earlier.value} scroller={scroller} load={shown.more} />
          {!store.loaded.value && <p class="dsp-quiet">{trans.__('Loading…')}</p>}
          {items.value.map(item => (
            <ItemView key={item.key} item={item} store={store} />
          ))}
          {chat.sending.value && !chat.busy.value && <SendingMessage text={chat.sending.value.text} />}
          <Activity store={store} />
          <Ending store={store} />
        </div>
      </div>
      {!following.value && (
        <button type="button" class="dsp-latest" onClick={toEnd}>
          <Icon name="down" /> {trans.__('Latest')}
        </button>
      )}
    </div>
  );
}

function ItemView({ item, store }: { item: Item; store: SessionStore }) {
  if (item.kind === 'calls')
    return (
      <>
        <CallBlock ids={item.ids} store={store} />
        <RequestLines calls={item.ids} store={store} />
      </>
    );
  const record = store.tables.messages.get(item.id);
  if (!record) return null;
  if (record.value.from_agent) return <AgentMessage message={record.value} store={store} />;
  if (record.value.role === 'user') return <UserMessage message={record.value} />;
  if (record.value.role === 'notice') return <Notice text={record.value.text} />;
  return <AssistantMessage record={record} last={store.lastSaid.value === item.id} />;
}

/** Something that is neither the person's nor the agent's: that the model or the key is another one now, say. */
function Notice({ text }: { text: string }) {
  return (
    <div class="dsp-notice" role="note">
      <Prose text={text} />
    </div>
  );
}

interface EarlierProps {
  readonly hidden: number;
  readonly scroller: { readonly current: HTMLDivElement | null };
  readonly load: () => Promise<void>;
}

function Earlier({ hidden, scroller, load }: EarlierProps) {
  const chat = useChat();
  const trans = useTrans();
  const hold = useHeldPosition(scroller);
  if (!hidden) return null;
  return (
    <button
      type="button"
      class="dsp-button dsp-earlier"
      disabled={chat.loadingEarlier.value}
      onClick={() => hold(load)}
    >
      {chat.loadingEarlier.value
        ? trans.__('Loading…')
        : trans._n('Load 1 earlier message', 'Load earlier (%1)', hidden)}
    </button>
  );
}

/**
 * Which part of the thread is in the page: its end, or, while the person reads further up, everything from a
 * message that stays the first.
 */
function useShown(store: SessionStore, following: ReadonlySignal<boolean>) {
  const chat = useChat();
  const first = useSignal<string | null>(null);
  const start = useComputed(() => {
    const pinned = first.value === null ? -1 : store.thread.value.indexOf(first.value);
    return pinned >= 0 ? pinned : Math.max(0, store.thread.value.length - WINDOW);
  });
  const ids = useComputed(() => store.thread.value.slice(start.value));
  const followed = useRef(true);
  useSignalEffect(() => {
    if (following.value === followed.current) return;
    followed.current = following.value;
    first.value = following.value ? null : (ids.peek()[0] ?? null);
  });
  const more = async () => {
    const before = ids.peek()[0];
    if (!start.peek()) await chat.loadEarlier();
    const thread = store.thread.peek();
    first.value = thread[Math.max(0, thread.indexOf(before ?? '') - PAGE)] ?? null;
  };
  return { ids, start, more };
}
