import { useChat } from './context';

/** The way to another agent's thread: a tab of its own, or, where the page has none, this view. */
export function useOpenThread(): (agentId: string) => void {
  const chat = useChat();
  return agentId => chat.openThread(agentId);
}
