import type { Host } from '../host';

/** Whether a key sends what is written here, as the person has set it. While an input method composes, Enter picks a word. */
export function sends(event: KeyboardEvent, { settings }: Host): boolean {
  if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return false;
  if (settings.sendOn.peek() === 'enter') return !event.shiftKey && !event.altKey;
  return event.ctrlKey || event.metaKey;
}
