import type { Chat } from '../store/chat';
import { copyText } from './Copy';

const SHOWN_MS = 1_500;

/** Clicks inside rendered answers, which are plain nodes: "Copy" of a code block, and links to project files. */
export function onTextAction(event: Event, chat: Chat): void {
  const target = event.target instanceof Element ? event.target : null;
  const copy = target?.closest<HTMLButtonElement>('button[data-copy]');
  if (copy) {
    if (event.type === 'click') void copyCode(copy, chat);
    return;
  }
  const path = target?.closest<HTMLElement>('a[data-path]')?.dataset.path;
  const project = chat.store.peek()?.session.peek()?.project;
  if (path && project) chat.host.openFile?.(path, project);
}

async function copyCode(button: HTMLButtonElement, chat: Chat): Promise<void> {
  const { trans } = chat.host;
  const code = button.closest('.dsp-code')?.querySelector('pre')?.textContent ?? '';
  const words = button.textContent;
  try {
    await copyText(code);
    button.textContent = trans.__('Copied');
  } catch (error) {
    button.textContent = trans.__('The browser refused');
    button.title = String(error);
  }
  setTimeout(() => {
    button.textContent = words;
  }, SHOWN_MS);
}
