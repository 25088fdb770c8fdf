import { render } from 'preact';
import { ChatView } from '../components/ChatView';
import { SettingsPage } from '../components/settings/SettingsPage';
import type { Chat } from '../store/chat';

/** Draws the settings alone into an element. @returns what removes them. */
export function mountSettings(chat: Chat, element: HTMLElement): () => void {
  render(<SettingsPage chat={chat} />, element);
  return () => render(null, element);
}

/** Draws a chat into an element. @returns what removes it; the chat itself lives on. */
export function mount(chat: Chat, element: HTMLElement): () => void {
  render(<ChatView chat={chat} />, element);
  return () => render(null, element);
}
