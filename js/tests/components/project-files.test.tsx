import { fireEvent } from '@testing-library/preact';
import { expect, it, vi } from 'vitest';
import { english } from '../../src/host';
import { renderMarkdown } from '../../src/markdown/render';
import { agent, child, message } from '../records';
import { openRig } from './rig';

const LINK = 'See [the notes](docs/notes.md) and [`a.py`](src/a.py).';
const answered = (extra: Parameters<typeof openRig>[1]) =>
  openRig({ messages: [message('a1', 1, { text: LINK })] }, extra);

it.each([
  ['is not there', async () => false, 'docs/notes.md'],
  ['cannot be opened', () => Promise.reject(new Error('The editor is gone.')), 'The editor is gone.']
])('says so where a file %s', async (_, openFile, words) => {
  const r = answered({ openFile });
  fireEvent.click(await vi.waitFor(() => r.find('[data-path="docs/notes.md"]')));
  await vi.waitFor(() => expect(r.find('.dsp-footer [role=alert]').textContent).toContain(words));
});

it('says nothing where it opens, by click or by key', async () => {
  const openFile = vi.fn(async () => true);
  const r = answered({ openFile });
  fireEvent.keyDown(await vi.waitFor(() => r.find('[data-path="src/a.py"]')), { key: 'Enter' });
  await vi.waitFor(() => expect(openFile).toHaveBeenCalledExactlyOnceWith('src/a.py', '/home/ada/project'));
  expect(r.chat.problem.value).toBeNull();
});

it('draws links to files as their names where the page can open none', async () => {
  const r = answered({});
  await vi.waitFor(() => expect(r.find('.dsp-markdown').textContent).toContain('the notes'));
  expect(r.root.querySelector('[data-path], .dsp-markdown [role=link]')).toBeNull();
  expect(r.find('.dsp-markdown code').title).toBe('docs/notes.md');
  expect(r.root.querySelectorAll('.dsp-markdown code')).toHaveLength(2);
});

it('opens files and copies code from the last word of a thread, too', async () => {
  const openFile = vi.fn(async () => true);
  const ended = { status: 'done', ended_at: '2026-01-02T03:05:00.000Z', result: LINK } as const;
  const one = child('aa', ended);
  const r = openRig({ agents: [agent(), one] }, { openFile });
  r.chat.showThread(one.id);
  fireEvent.click(await vi.waitFor(() => r.find('.dsp-thread-ended .dsp-link')));
  fireEvent.click(await vi.waitFor(() => r.find('[data-path="src/a.py"]')));
  await vi.waitFor(() => expect(openFile).toHaveBeenCalledOnce());
});

it('says in the words of the page that there is an image', () => {
  const trans = { ...english, __: (text: string) => (text === 'image' ? 'Bild' : text) };
  const box = document.createElement('div');
  box.append(renderMarkdown('![](http://evil.example/x.png)', trans));
  expect(box.textContent?.trim()).toBe('[Bild]');
});
