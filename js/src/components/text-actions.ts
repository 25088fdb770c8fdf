import type { Chat } from '../store/chat';
import { copyText } from './Copy';

const SHOWN_MS = 1_500;

/** Clicks inside rendered Markdown, which is plain nodes: "Copy" of a code block, and links to project files. */
export function onTextAction(event: Event, chat: Chat): void {
  const target = event.target instanceof Element ? event.target : null;
  const copy = target?.closest<HTMLButtonElement>('button[data-copy]');
  if (copy) {
    if (event.type === 'click') void copyCode(copy, chat);
    return;
  }
  const path = target?.closest<HTMLElement>('a[data-path]')?.dataset.path;
  if (path) void chat.openFile(path);
}

async function copyCode(button: HTMLButtonElement, chat: Chat): Promise<void> {
  const { trans } = chat.host;
  const code = button.closest('.dsp-code')?.querySelector('pre')?.textContent ?? '';
  try {
    await copyText(code);
    button.textContent = trans.__('Copied');
  } catch {
    button.textContent = trans.__('The browser refused');
  }
  button.ariaLabel = button.textContent; // the name it has stands before its words for a screen reader
  setTimeout(() => {
    button.textContent = trans.__('Copy'); // not what it said before: that may be the answer to the last click
    button.ariaLabel = trans.__('Copy this code');
  }, SHOWN_MS);
}
