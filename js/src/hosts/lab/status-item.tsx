import { Widget } from '@lumino/widgets';
import { render } from 'preact';
import type { Chat } from '../../store/chat';
import { wasInterrupted, wasStopped } from '../../store/tree';
import type { Waiting } from '../../store/waiting';
import { dispatchIcon } from './icon';

/** What the agents of the panel's session do, and with which model; a click opens the panel. */
export class StatusItem extends Widget {
  constructor(chat: Chat, waiting: Waiting, actions: Actions) {
    super();
    render(<Words chat={chat} waiting={waiting} actions={actions} />, this.node);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    render(null, this.node);
    super.dispose();
  }
}

interface Actions {
  readonly open: () => void;
  readonly review: () => void;
}

function Words({ chat, waiting, actions }: { chat: Chat; waiting: Waiting; actions: Actions }) {
  const { trans } = chat.host;
  const count = waiting.requests.value.length;
  if (count)
    return (
      <button
        type="button"
        class="dsp-statusbar dsp-statusbar-waiting"
        title={trans.__('Go to the permission prompt')}
        onClick={actions.review}
      >
        <span class="dsp-statusbar-icon" ref={draw} />
        {trans.__('Dispatch')} · {trans._n('1 waits for you', '%1 wait for you', count)}
      </button>
    );
  const parts = [
    trans.__('Dispatch'),
    agentsWords(chat) || stateWords(chat),
    chat.model.value?.demo ? trans.__('demo') : chat.model.value?.label
  ];
  return (
    <button type="button" class="dsp-statusbar" title={trans.__('Open the Dispatch panel')} onClick={actions.open}>
      <span class="dsp-statusbar-icon" ref={draw} />
      {parts.filter(Boolean).join(' · ')}
    </button>
  );
}

function draw(element: HTMLElement | null): void {
  if (element) dispatchIcon.element({ container: element, stylesheet: 'statusBar' });
}

/** Of a session with more than one agent: how many are at work. */
function agentsWords({ store, host: { trans } }: Chat): string {
  const counts = store.value?.tree.counts.value;
  if (!counts || counts.total < 2) return '';
  const { total, running, waiting } = counts;
  if (running) return trans.__('%1 of %2 agents working', running, total);
  return waiting ? trans.__('%1 of %2 agents waiting', waiting, total) : trans._n('1 agent', '%1 agents', total);
}

function stateWords(chat: Chat): string {
  const { trans } = chat.host;
  switch (chat.agent.value?.status) {
    case 'running':
      return trans.__('working');
    case 'waiting':
      return trans.__('waiting');
    case 'waiting_for_key':
      return trans.__('waiting for a key');
    case 'error':
      if (wasStopped(chat.agent.value)) return trans.__('stopped');
      return wasInterrupted(chat.agent.value) ? trans.__('interrupted') : trans.__('stopped by an error');
    case 'idle':
    case 'done':
      return trans.__('idle');
    default:
      return '';
  }
}
