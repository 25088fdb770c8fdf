import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { expect, it, vi } from 'vitest';
import { ChatWidget } from '../../src/hosts/lab/chat-widget';
import { FakeServer, FakeSocket } from '../fakes';
import { agent, child, SESSION, snapshot } from '../records';

// jsdom has none, and Lumino's are made from it
vi.hoisted(() => {
  globalThis.DragEvent ??= class extends MouseEvent {} as typeof DragEvent;
});
// icons are JupyterLab's
vi.mock('../../src/hosts/lab/icon', () => ({ dispatchIcon: undefined, threadIcons: {} }));

const ended = child('aaaa0001', { name: 'planner', status: 'done', ended_at: '2026-01-02T03:08:05Z' });

it('has the keyboard in its thread where nothing can be written any more', async () => {
  const widget = new ChatWidget(new FakeServer().host, 'tab', () => {}, 'thread');
  Widget.attach(widget, document.body);
  widget.beginThread(SESSION, ended.id);
  FakeSocket.last.open().say(snapshot({ agents: [agent(), ended], thread: ended.id }));
  await vi.waitFor(() => expect(widget.node.querySelector('.dsp-thread-ended')).not.toBeNull());
  MessageLoop.sendMessage(widget, Widget.Msg.ActivateRequest);
  expect(document.activeElement).toBe(widget.node.querySelector('[role=log]'));
  widget.dispose();
});
