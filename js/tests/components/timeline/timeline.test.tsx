import { fireEvent, render } from '@testing-library/preact';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Timeline } from '../../../src/components/timeline/Timeline';
import { english } from '../../../src/host';
import type { Agent, Transition } from '../../../src/protocol';
import { SessionStore } from '../../../src/store/session-store';
import { AGENT, agent, child, SESSION, snapshot, transition } from '../../records';

const START = Date.parse('2026-01-02T03:00:00Z');
const stamp = (seconds: number) => new Date(START + seconds * 1_000).toISOString();
const WRITER = `${SESSION}-cd34c0ff`;
let seq = 200;
const came = (agent_id: string, seconds: number, status: Transition['status'], fields: Partial<Transition> = {}) =>
  transition(`t${++seq}`, { seq, agent_id, status, at: stamp(seconds), ...fields });

const root = agent({ status: 'waiting', waiting_on: 'children', waits_for: [WRITER], created_at: stamp(0) });
const writer = child('cd34c0ff', { name: 'writer', status: 'running', created_at: stamp(5) });
const HISTORY = [
  came(AGENT, 0, 'running'),
  came(AGENT, 5, 'waiting', { waiting_on: 'children', waits_for: [WRITER] }),
  came(WRITER, 5, 'running'),
  came(WRITER, 20, 'waiting', { waiting_on: 'user' }),
  came(WRITER, 40, 'running')
];

const WIDTH = 700;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: START + 60_000 });
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(WIDTH);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(300);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function draw(agents: Agent[] = [root, writer], transitions: Transition[] = HISTORY) {
  const store = new SessionStore();
  store.apply([snapshot({ agents, transitions })]);
  const onOpen = vi.fn();
  const { container } = render(<Timeline store={store} trans={english} onOpen={onOpen} />);
  const find = <E extends HTMLElement = HTMLElement>(selector: string) => container.querySelector<E>(selector) as E;
  const all = (selector: string) => [...container.querySelectorAll<HTMLElement>(selector)];
  return { store, onOpen, container, find, all, details: () => find('.dsp-tl-details p').textContent };
}
const rowOf = (id: string) => `.dsp-tl-row[data-agent="${id}"]`;
const press = (drawn: ReturnType<typeof draw>, ...keys: string[]) => {
  for (const key of keys) fireEvent.keyDown(drawn.find('.dsp-tl-box'), { key });
};

it('has a row for each agent, with a bar for each thing it was at', () => {
  const drawn = draw();
  expect(drawn.all('.dsp-tl-row').map(row => row.dataset.agent)).toEqual([AGENT, WRITER]);
  expect(drawn.all(`${rowOf(WRITER)} .dsp-tl-bar`).map(bar => bar.dataset.state)).toEqual([
    'running',
    'user',
    'running'
  ]);
  expect(drawn.find(`${rowOf(WRITER)} .dsp-tl-name`).textContent).toContain('writer cd34');
  expect(drawn.all('.dsp-tl-legend li').map(item => item.textContent?.trim())).toEqual([
    'running',
    'waiting for your answer',
    'waiting for its agents'
  ]);
});

it('says in words what is under the pointer', async () => {
  const drawn = draw();
  const [, waited] = drawn.all(`${rowOf(WRITER)} .dsp-tl-bar`);
  fireEvent.mouseMove(waited as HTMLElement);
  await vi.waitFor(() => expect(drawn.details()).toContain('dispatch › writer cd34 waiting for your answer · 20.0 s'));
  fireEvent.mouseLeave(drawn.find('.dsp-tl-box'));
  await vi.waitFor(() => expect(drawn.details()).toContain('arrow keys'));
});

it('goes from bar to bar by the arrow keys, and opens a thread by Enter', async () => {
  const drawn = draw();
  fireEvent.focus(drawn.find('.dsp-tl-box'));
  await vi.waitFor(() => expect(drawn.details()).toContain('dispatch waiting for writer cd34'));
  press(drawn, 'ArrowLeft');
  await vi.waitFor(() => expect(drawn.details()).toMatch(/^dispatch running · 5.0 s/));
  press(drawn, 'ArrowDown');
  await vi.waitFor(() => expect(drawn.details()).toContain('writer cd34 running · 15.0 s'));
  press(drawn, 'ArrowRight');
  await vi.waitFor(() => expect(drawn.details()).toContain('waiting for your answer'));
  press(drawn, 'End');
  await vi.waitFor(() => expect(drawn.details()).toContain('20.0 s so far'));
  expect(drawn.all('.dsp-tl-chosen')).toHaveLength(1);
  press(drawn, 'ArrowRight', 'ArrowDown', 'Enter');
  expect(drawn.onOpen).toHaveBeenCalledWith(WRITER);
});

it('leaves other keys to the page', () => {
  const drawn = draw();
  const event = new KeyboardEvent('keydown', { key: 'a', bubbles: true, cancelable: true });
  drawn.find('.dsp-tl-box').dispatchEvent(event);
  expect(event.defaultPrevented).toBe(false);
});

it('moves with the time while something goes on, and rests when nothing does', async () => {
  const drawn = draw();
  fireEvent.focus(drawn.find('.dsp-tl-box'));
  press(drawn, 'ArrowDown', 'End');
  await vi.waitFor(() => expect(drawn.details()).toContain('20.0 s so far'));
  await vi.advanceTimersByTimeAsync(3_000);
  await vi.waitFor(() => expect(drawn.details()).toContain('23.0 s so far'));
  drawn.store.apply([
    { type: 'put', table: 'transitions', record: came(WRITER, 64, 'done') },
    { type: 'put', table: 'transitions', record: came(AGENT, 65, 'idle') }
  ]);
  await vi.waitFor(() => expect(drawn.find('.dsp-timeline').dataset.live).toBe('false'));
  expect(drawn.find(`${rowOf(WRITER)} .dsp-tl-end-done`).title).toContain('done at');
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0));
});

it('shows the last five minutes, where all is too much', async () => {
  vi.setSystemTime(START + 3_600_000);
  const drawn = draw();
  const widths = () => drawn.all(`${rowOf(WRITER)} .dsp-tl-bar`).length;
  expect(widths()).toBeGreaterThan(1);
  fireEvent.click(drawn.find('[data-option=recent]'));
  await vi.waitFor(() => expect(widths()).toBe(1));
});

it('has a table with the same in figures, and each period in words', async () => {
  const drawn = draw();
  fireEvent.click(drawn.find('[data-option=table]'));
  const row = await vi.waitFor(() => {
    const found = drawn.find(`tr[data-agent="${WRITER}"]`);
    expect(found).not.toBeNull();
    return found;
  });
  const cell = (state: string) => row.querySelector(`td[data-state=${state}]`)?.textContent;
  expect([cell('running'), cell('user'), cell('request')]).toEqual(['35.0 s', '20.0 s', '–']);
  fireEvent.click(row.querySelector('button') as HTMLElement);
  await vi.waitFor(() => expect(drawn.all('.dsp-tl-periods li')).toHaveLength(3));
  expect(drawn.all('.dsp-tl-periods li')[1]?.textContent).toContain('waiting for your answer · 20.0 s');
});

it('keeps only the rows in sight in the page, and brings one in that the keyboard goes to', async () => {
  const agents = Array.from({ length: 200 }, (_, place) =>
    child(`${(place + 4_096).toString(16)}c0ff`, { created_at: stamp(place / 10) })
  );
  const transitions = agents.flatMap(({ id }, place) =>
    Array.from({ length: 20 }, (_, step) => came(id, place / 10 + step, step % 2 ? 'waiting' : 'running'))
  );
  const drawn = draw([root, ...agents], transitions);
  expect(drawn.all('.dsp-tl-row').length).toBeLessThan(40);
  fireEvent.keyDown(drawn.find('.dsp-tl-box'), { key: 'End', ctrlKey: true });
  await vi.waitFor(() => expect(drawn.find('.dsp-tl-box').scrollTop).toBeGreaterThan(4_000));
  fireEvent.scroll(drawn.find('.dsp-tl-box'));
  await vi.waitFor(() => expect(drawn.all('.dsp-tl-row').at(-1)?.dataset.agent).toBe(agents.at(-1)?.id));
});

it('says so where there is nothing yet', () => {
  expect(draw([], []).container.textContent).toContain('No agents yet.');
});
