import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { english, type Translation } from '../host';
import type { Chat } from '../store/chat';

export const ChatContext = createContext<Chat | null>(null);

/** The chat this component is part of. */
export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error('This component must be inside a <ChatView>.');
  return chat;
}

/** The words; English where there is no chat around. */
export function useTrans(): Translation {
  return useContext(ChatContext)?.host.trans ?? english;
}
