import { render } from '@testing-library/preact';
import { ChatView } from '../../src/components/ChatView';
import type { Host } from '../../src/host';
import type { Change } from '../../src/protocol';
import { Chat } from '../../src/store/chat';
import { FakeServer, FakeSocket } from '../fakes';
import { SESSION, snapshot } from '../records';

/** A drawn chat with a fake server behind it. */
export interface Rig {
  readonly server: FakeServer;
  readonly chat: Chat;
  readonly root: HTMLElement;
  /** Text as a person sees it, without what is for screen readers only. */
  readonly text: () => string;
  readonly find: <E extends HTMLElement = HTMLElement>(selector: string) => E;
  readonly say: (...changes: Change[]) => void;
}

export function rig(extra: Partial<Host> = {}): Rig {
  const server = new FakeServer(extra);
  const chat = new Chat(server.host, 'rig');
  const { container } = render(<ChatView chat={chat} />);
  return {
    server,
    chat,
    root: container as HTMLElement,
    text: () => {
      const seen = container.cloneNode(true) as HTMLElement;
      for (const hidden of seen.querySelectorAll('.dsp-hidden')) hidden.remove();
      return (seen.textContent ?? '').replace(/\s+/g, ' ');
    },
    find: selector => {
      const found = container.querySelector(selector);
      if (!found) throw new Error(`Nothing matches ${selector} in ${container.innerHTML}`);
      return found as never;
    },
    say: (...changes) => FakeSocket.last.say(...changes)
  };
}

/** The same, showing a session. */
export function openRig(fields: Parameters<typeof snapshot>[0] = {}, extra: Partial<Host> = {}): Rig {
  const made = rig(extra);
  made.chat.open(SESSION);
  FakeSocket.last.open().say(snapshot(fields));
  return made;
}
