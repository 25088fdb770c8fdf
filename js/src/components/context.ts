import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Translation } from '../host';
import type { Chat } from '../store/chat';

export const ChatContext = createContext<Chat | null>(null);

/** The chat this component is part of. */
export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error('This component must be inside a <ChatView>.');
  return chat;
}

export function useTrans(): Translation {
  return useChat().host.trans;
}
