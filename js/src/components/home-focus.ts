/** Puts the keyboard where it is at home in a chat: where one writes, or, in a thread that is closed, in that. */
export function focusHome(chat: Element | null | undefined): void {
  const area = chat?.querySelector<HTMLElement>('.dsp-composer textarea');
  if (area) area.focus();
  else focusThread(chat);
}

export function focusThread(chat: Element | null | undefined): void {
  chat?.querySelector<HTMLElement>('.dsp-scroller')?.focus();
}
