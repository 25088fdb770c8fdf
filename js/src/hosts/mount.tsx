import { render } from 'preact';
import { AgentsView, ChatView, ThreadView } from '../components/ChatView';
import { SettingsPage } from '../components/settings/SettingsPage';
import type { Chat } from '../store/chat';

/** Draws the settings alone into an element. @returns what removes them. */
export function mountSettings(chat: Chat, element: HTMLElement): () => void {
  render(<SettingsPage chat={chat} />, element);
  return () => render(null, element);
}

/** What of a session a view shows: its conversations, the thread of one agent alone, or its tree of agents. */
export type Kind = 'chat' | 'thread' | 'agents';

const VIEWS = { chat: ChatView, thread: ThreadView, agents: AgentsView } as const;

/** Draws a chat into an element. @returns what removes it; the chat itself lives on. */
export function mount(chat: Chat, element: HTMLElement, kind: Kind = 'chat'): () => void {
  const View = VIEWS[kind];
  render(<View chat={chat} />, element);
  return () => render(null, element);
}
