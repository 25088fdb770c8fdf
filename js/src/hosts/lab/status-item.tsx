import { Widget } from '@lumino/widgets';
import { render } from 'preact';
import type { Chat } from '../../store/chat';
import { dispatchIcon } from './icon';

/** What the agent of the panel does, and with which model; a click opens the panel. */
export class StatusItem extends Widget {
  constructor(chat: Chat, open: () => void) {
    super();
    render(<Words chat={chat} open={open} />, this.node);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    render(null, this.node);
    super.dispose();
  }
}

function Words({ chat, open }: { chat: Chat; open: () => void }) {
  const { trans } = chat.host;
  const parts = [
    trans.__('Dispatch'),
    stateWords(chat),
    chat.model.value?.demo ? trans.__('demo') : chat.model.value?.label
  ];
  return (
    <button type="button" class="dsp-statusbar" title={trans.__('Open the Dispatch panel')} onClick={open}>
      <span class="dsp-statusbar-icon" ref={draw} />
      {parts.filter(Boolean).join(' · ')}
    </button>
  );
}

function draw(element: HTMLElement | null): void {
  if (element) dispatchIcon.element({ container: element, stylesheet: 'statusBar' });
}

function stateWords(chat: Chat): string {
  const { trans } = chat.host;
  switch (chat.agent.value?.status) {
    case 'running':
      return trans.__('working');
    case 'waiting':
    case 'waiting_for_key':
      return trans.__('waiting');
    case 'error':
      return chat.agent.value.error?.code === 'cancelled' ? trans.__('stopped') : trans.__('stopped by an error');
    case 'idle':
    case 'done':
      return trans.__('idle');
    default:
      return '';
  }
}
