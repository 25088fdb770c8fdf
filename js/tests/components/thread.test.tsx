import { fireEvent } from '@testing-library/preact';
import { expect, it, vi } from 'vitest';
import { agent, call, message, SESSION, said, snapshot } from '../records';
import { openRig } from './rig';

const many = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => said(`m${from + i}`, from + i, `message ${from + i}.`));

it('shows a conversation in its order, answers as Markdown', async () => {
  const r = openRig({
    messages: [message('a1', 2, { text: 'It **prints** `hi`.' }), said('u1', 1, 'What does *it* do?')]
  });
  await vi.waitFor(() => r.find('.dsp-assistant strong'));
  expect([...r.root.querySelectorAll('article')].map(a => a.dataset.message)).toEqual(['u1', 'a1']);
  expect(r.find('.dsp-bubble').textContent).toBe('What does *it* do?');
});

it('writes tokens as they come and each once', async () => {
  const r = openRig({
    agents: [agent({ status: 'running' })],
    messages: [message('a1', 1, { status: 'streaming', text: 'Hel' })]
  });
  for (const [at, text] of [
    [3, 'lo'],
    [3, 'lo'],
    [5, ', wor'],
    [10, 'ld']
  ] as const)
    r.say({ type: 'delta', table: 'messages', id: 'a1', field: 'text', at, text });
  await vi.waitFor(() => expect(r.find('.dsp-markdown').textContent?.trim()).toBe('Hello, world'));
  expect(r.root.querySelector('[aria-label="Copy the answer"]')).toBeNull();
  r.say({ type: 'put', table: 'messages', record: message('a1', 1, { seq: 101, text: 'Hello, world!' }) });
  await vi.waitFor(() => expect(r.find('.dsp-markdown').textContent?.trim()).toBe('Hello, world!'));
  r.find('[aria-label="Copy the answer"]');
});

it('announces answers when they are finished, not while they stream', async () => {
  const r = openRig({
    messages: [message('a0', 1, { text: 'Old.' }), message('a1', 2, { status: 'streaming', text: 'Half' })]
  });
  const live = () => r.find('[data-announcer]').textContent;
  await vi.waitFor(() => r.find('[data-announcer]'));
  expect(live()).toBe('');
  r.say({ type: 'delta', table: 'messages', id: 'a1', field: 'text', at: 4, text: ' of it' });
  expect(live()).toBe('');
  r.say({ type: 'put', table: 'messages', record: message('a1', 2, { seq: 101, text: 'Half of it, done.' }) });
  await vi.waitFor(() => expect(live()).toBe('Dispatch: Half of it, done.'));
  expect(r.find('[role=log]').getAttribute('aria-live')).toBe('off');
});

it('copies an answer and a code block', async () => {
  const writeText = vi.fn(async (_: string) => {});
  vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText }, onLine: true });
  const text = 'Look:\n\n```js\nlet a = 1;\n```\n';
  const r = openRig({ messages: [message('a1', 1, { text })] });
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-code-bar button')));
  expect(writeText).toHaveBeenLastCalledWith('let a = 1;\n');
  await vi.waitFor(() => expect(r.find('.dsp-code-bar button').textContent).toBe('Copied'));
  fireEvent.click(r.find('[aria-label="Copy the answer"]'));
  expect(writeText).toHaveBeenLastCalledWith(text);
  vi.unstubAllGlobals();
});

it('folds the reasoning, and unfolds it by a click or by the setting', async () => {
  const r = openRig({ messages: [message('a1', 1, { text: 'Yes.', reasoning: 'Let me see.' })] });
  const toggle = await vi.waitFor(() => r.find('.dsp-reasoning button'));
  expect(r.text()).not.toContain('Let me see.');
  fireEvent.click(toggle);
  await vi.waitFor(() => expect(r.text()).toContain('Let me see.'));
  fireEvent.click(r.find('.dsp-reasoning button'));
  await vi.waitFor(() => expect(r.text()).not.toContain('Let me see.'));
});

it('keeps 200 messages in the page, and brings earlier ones by the click', async () => {
  const r = openRig({ messages: many(100, 400), earlier: 100 });
  const shown = () => [...r.root.querySelectorAll('article')].map(a => a.dataset.message);
  await vi.waitFor(() => expect(shown()).toHaveLength(200));
  expect(shown()[0]).toBe('m200');
  expect(r.find('.dsp-earlier').textContent).toBe('Load earlier (200)');
  fireEvent.click(r.find('.dsp-earlier'));
  await vi.waitFor(() => expect(shown()[0]).toBe('m100'));
  expect(r.server.asked.some(asked => asked.path.includes('before'))).toBe(false);
  r.server.answers.set(
    `GET sessions/${SESSION}?before=100&limit=100&thread=root`,
    snapshot({ messages: many(0, 100) })
  );
  fireEvent.click(r.find('.dsp-earlier'));
  await vi.waitFor(() => expect(shown()[0]).toBe('m0'));
  expect(r.root.querySelector('.dsp-earlier')).toBeNull();
});

it('says what the agent does where nothing else moves', async () => {
  const r = openRig({ agents: [agent({ status: 'running' })], messages: [said('u1', 1, 'hi')] });
  await vi.waitFor(() => expect(r.find('.dsp-activity').textContent).toContain('Thinking…'));
  r.say({ type: 'put', table: 'agents', record: agent({ seq: 101, status: 'running', note: 'trying again in 4 s' }) });
  await vi.waitFor(() => expect(r.find('.dsp-activity').textContent).toContain('trying again in 4 s'));
  r.say({ type: 'put', table: 'agents', record: agent({ seq: 102, status: 'running' }) });
  r.say({ type: 'put', table: 'messages', record: message('a1', 2, { seq: 103, status: 'streaming', text: 'Well' }) });
  await vi.waitFor(() => expect(r.root.querySelector('.dsp-activity')).toBeNull());
});

it('takes a long thread without drawing what has not changed', async () => {
  const r = openRig({
    agents: [agent({ status: 'running' })],
    messages: [...many(0, 150), message('a1', 150, { status: 'streaming', text: 'x' })]
  });
  await vi.waitFor(() => r.find('[data-message=a1] p'));
  const drawn: Node[] = [];
  const observer = new MutationObserver(changes => drawn.push(...changes.map(change => change.target)));
  observer.observe(r.find('.dsp-content'), { childList: true, subtree: true, characterData: true, attributes: true });
  for (let at = 1; at < 200; at++) r.say({ type: 'delta', table: 'messages', id: 'a1', field: 'text', at, text: 'y' });
  await vi.waitFor(() => expect(r.find('[data-message=a1] p').textContent).toHaveLength(200));
  const answer = r.find('[data-message=a1]');
  expect(drawn.every(node => answer.contains(node) || !r.root.contains(node))).toBe(true);
  observer.disconnect();
});

it('draws only the last blocks of a long answer anew while it streams', async () => {
  const block = `${'Words about `code` and **more**. '.repeat(10)}\n\n\`\`\`python\nx = 1\n\`\`\`\n\n`;
  const text = block.repeat(40);
  const r = openRig({
    agents: [agent({ status: 'running' })],
    messages: [message('a1', 1, { status: 'streaming', text })]
  });
  await vi.waitFor(() => expect(r.root.querySelectorAll('[data-message=a1] pre')).toHaveLength(40));
  const blocks = [...r.find('[data-message=a1] .dsp-markdown').children];
  const drawn: Node[] = [];
  const observer = new MutationObserver(changes => drawn.push(...changes.map(change => change.target)));
  observer.observe(r.find('[data-message=a1]'), { childList: true, subtree: true, characterData: true });
  for (let i = 0; i < 30; i++) {
    r.say({ type: 'delta', table: 'messages', id: 'a1', field: 'text', at: text.length + i, text: 'z' });
    await new Promise(requestAnimationFrame);
  }
  await vi.waitFor(() => expect(r.find('[data-message=a1]').textContent?.trim().slice(-30)).toBe('z'.repeat(30)));
  observer.disconnect();
  expect(blocks).toHaveLength(80);
  expect(drawn.filter(node => blocks.slice(0, -2).some(block => block.contains(node)))).toEqual([]);
  expect(blocks.slice(0, -2).every(block => block.isConnected)).toBe(true);
});

it('shows a run of calls as one block, the older ones folded', async () => {
  const calls = Array.from({ length: 9 }, (_, i) => call(`c${i}`, 'a1', { index: i, arguments: { path: `f${i}.py` } }));
  const r = openRig({ messages: [message('a1', 1)], calls });
  await vi.waitFor(() => expect(r.root.querySelectorAll('.dsp-calls')).toHaveLength(1));
  expect(r.root.querySelectorAll('.dsp-tool')).toHaveLength(3);
  expect(r.find('.dsp-fold').textContent).toContain('6 earlier stepsread 6 files');
  fireEvent.click(r.find('.dsp-fold'));
  await vi.waitFor(() => expect(r.root.querySelectorAll('.dsp-tool')).toHaveLength(9));
});

it('offers to copy code again, however often that was done', async () => {
  Object.defineProperty(navigator, 'clipboard', { value: { writeText: async () => {} }, configurable: true });
  const r = openRig({ messages: [message('a1', 1, { text: '```\nx\n```' })] });
  await vi.waitFor(() => r.find('button[data-copy]'));
  vi.useFakeTimers();
  for (const _ of [1, 2]) {
    r.find('button[data-copy]').click();
    await vi.advanceTimersByTimeAsync(500);
  }
  expect(r.find('button[data-copy]').textContent).toBe('Copied');
  await vi.advanceTimersByTimeAsync(5_000);
  vi.useRealTimers();
  expect(r.find('button[data-copy]').textContent).toBe('Copy');
});
