import { render } from 'preact';
import { ChatView } from '../components/ChatView';
import type { Chat } from '../store/chat';

/** Draws a chat into an element. @returns what removes it; the chat itself lives on. */
export function mount(chat: Chat, element: HTMLElement): () => void {
  render(<ChatView chat={chat} />, element);
  return () => render(null, element);
}
