import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import widget, { type Model } from '../../src/hosts/widget';
import { Fail, FakeServer, FakeSocket } from '../fakes';
import { AGENT, agent, child, INSTANCE, request, SESSION, snapshot, status } from '../records';

/** The kernel's end of the widget: traits, and those who listen to them. */
class FakeModel {
  readonly saved: string[] = [];
  private readonly listeners = new Map<string, Set<() => void>>();
  constructor(readonly traits: Record<string, unknown>) {}
  get = (name: string) => this.traits[name];
  set(name: string, value: unknown): void {
    if (this.traits[name] === value) return;
    this.traits[name] = value;
    for (const listener of this.listeners.get(`change:${name}`) ?? []) listener();
  }
  save_changes(): void {
    this.saved.push(String(this.traits.session_id));
  }
  on(event: string, listener: () => void): void {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener));
  }
  off(event: string, listener: () => void): void {
    this.listeners.get(event)?.delete(listener);
  }
  get listening(): number {
    return [...this.listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }
}

let server: FakeServer;
let el: HTMLElement;
const fetched: { url: string; headers: Headers }[] = [];

beforeEach(() => {
  server = new FakeServer();
  el = document.createElement('div');
  document.body.append(el);
  fetched.length = 0;
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    fetched.push({ url, headers: new Headers(init.headers) });
    return server.host.fetch(url.replace(/^.*\/dispatch\//, ''), init);
  });
  page('{"baseUrl": "/user/ada/", "token": "t0k"}');
});

afterEach(() => {
  vi.unstubAllGlobals();
  el.remove();
  page(null);
});

function page(config: string | null): void {
  document.getElementById('jupyter-config-data')?.remove();
  if (config === null) return;
  const tag = document.createElement('script');
  tag.id = 'jupyter-config-data';
  tag.type = 'application/json';
  tag.textContent = config;
  document.head.append(tag);
}

const make = (traits: Record<string, unknown> = {}) =>
  new FakeModel({ session_id: '', instance: INSTANCE, height: 0, ...traits });
const show = (model: FakeModel, element = el) => widget.render({ model: model as unknown as Model, el: element });

it("speaks to the page's own server, below its base url and with its token", async () => {
  const leave = await show(make({ session_id: SESSION, height: 300 }));
  expect(new URL(fetched[0]?.url ?? '').pathname).toBe('/user/ada/dispatch/status');
  expect(fetched[0]?.headers.get('Authorization')).toBe('token t0k');
  expect(FakeSocket.last.url).toMatch(/^ws:.*\/user\/ada\/dispatch\/stream\?/);
  expect([FakeSocket.last.query.get('session'), FakeSocket.last.query.get('token')]).toEqual([SESSION, 't0k']);
  expect(el.querySelector<HTMLElement>('.dsp-cell')?.style.height).toBe('300px');
  leave();
});

it('keeps the shortcuts of the notebook away from whatever is in focus, as Lab asks that element first', async () => {
  document.body.append(el);
  const leave = await show(make({ session_id: SESSION }));
  const places = [...el.querySelectorAll<HTMLElement>('button, textarea, [tabindex="0"]')];
  expect(places.length).toBeGreaterThan(1);
  for (const place of places) {
    place.dispatchEvent(new FocusEvent('focusin', { bubbles: true }));
    expect(place.dataset.lmSuppressShortcuts).toBe('true');
  }
  leave();
});

it('sends the XSRF value of the cookie where there is no token', async () => {
  page('{"baseUrl": "/"}');
  // biome-ignore lint/suspicious/noDocumentCookie: what is tested
  document.cookie = '_xsrf=2|abc';
  const leave = await show(make());
  expect(fetched[0]?.headers.get('X-XSRFToken')).toBe('2|abc');
  leave();
});

it.each([
  ['no Jupyter page', () => page(null), 'cannot reach the Dispatch server'],
  ['another server', () => {}, 'another run of the Jupyter server'],
  ['a server that refuses', () => server.answers.set('GET status', new Fail(403, {})), 'refused this page']
])('says what is wrong: %s', async (_, arrange, words) => {
  arrange();
  const leave = await show(make({ instance: 'kernel-of-another' }));
  await vi.waitFor(() => expect(el.querySelector('[role=alert]')?.textContent).toContain(words));
  expect(FakeSocket.all).toHaveLength(0);
  leave();
  expect(el.querySelector('[role=alert]')).toBeNull();
});

it('tells the kernel and the other views of a session that the page has begun', async () => {
  const model = make();
  const second = document.createElement('div');
  const leaves = [await show(model), await show(model, second)];
  el.querySelector<HTMLButtonElement>('.dsp-example')?.click();
  await vi.waitFor(() => expect(model.saved).toEqual([SESSION]));
  expect(FakeSocket.all.filter(socket => !socket.closed && socket.query.get('session') === SESSION)).toHaveLength(2);
  for (const leave of leaves) leave();
});

it('follows the kernel to another session', async () => {
  const model = make({ session_id: SESSION });
  const leave = await show(model);
  FakeSocket.last.open().say(snapshot());
  model.set('session_id', 'another');
  expect(FakeSocket.last.query.get('session')).toBe('another');
  expect(model.saved).toEqual([]);
  leave();
});

it('leaves nothing behind', async () => {
  const model = make({ session_id: SESSION });
  const leave = await show(model);
  leave();
  expect(model.listening).toBe(0);
  expect(FakeSocket.all.every(socket => socket.closed)).toBe(true);
  expect(el.querySelector('.dsp-chat')).toBeNull();
});

const PLANNER = `${SESSION}-ab12c0ff`;
const planner = child('ab12c0ff', { name: 'planner', detached: true });

it('shows the thread of one agent alone, and asks the server for that one', async () => {
  const leave = await show(make({ session_id: SESSION, view: 'thread', agent_id: PLANNER }));
  expect(FakeSocket.last.query.get('thread')).toBe(PLANNER);
  FakeSocket.last.open().say(snapshot({ agents: [agent(), planner], thread: PLANNER }));
  await vi.waitFor(() => expect(el.querySelector<HTMLElement>('.dsp-chat')?.dataset.agent).toBe(PLANNER));
  expect(el.querySelector('.dsp-header')).toBeNull();
  leave();
});

it('shows the tree, and tells the kernel whose thread was picked in it', async () => {
  const model = make({ session_id: SESSION, view: 'agents', agent_id: '' });
  const leave = await show(model);
  FakeSocket.last.open().say(snapshot({ agents: [agent(), planner] }));
  const row = await vi.waitFor(() => {
    const found = el.querySelector<HTMLElement>(`[role=treeitem][data-agent="${PLANNER}"]`);
    expect(found).not.toBeNull();
    return found;
  });
  row?.click();
  await vi.waitFor(() => expect(model.get('agent_id')).toBe(PLANNER));
  expect(model.get('session_id')).toBe(SESSION);
  leave();
});

it('begins with the tree, whatever the Agents tab of the page shows', async () => {
  sessionStorage.setItem('dispatch:unfolded:timeline', 'yes');
  const leave = await show(make({ session_id: SESSION, view: 'agents' }));
  FakeSocket.last.open().say(snapshot({ agents: [agent(), planner] }));
  await vi.waitFor(() => expect(el.querySelector('.dsp-timeline-button')).not.toBeNull());
  expect(el.querySelector('.dsp-timeline-button')?.getAttribute('aria-pressed')).toBe('false');
  leave();
});

it('pays no heed to an agent of another session', async () => {
  const leave = await show(make({ session_id: SESSION, agent_id: 'decafbaddecafbad-ab12c0ff' }));
  expect(FakeSocket.last.query.get('thread')).toBe('root');
  leave();
});

it('has the threads for people in the head of the chat, and how each stands', async () => {
  const model = make({ session_id: SESSION });
  const leave = await show(model);
  const helper = child('cd34c0ff', { name: 'reader' });
  const question = request('q1', { kind: 'question', agent_id: PLANNER, question: 'OAuth?', reaches: [] });
  FakeSocket.last.open().say(snapshot({ agents: [agent(), helper] }));
  await vi.waitFor(() => expect(el.querySelector('.dsp-composer')).not.toBeNull());
  expect(el.querySelector('.dsp-thread-switch')).toBeNull();
  FakeSocket.last.say(
    { type: 'put', table: 'agents', record: { ...planner, seq: 120 } },
    { type: 'put', table: 'requests', record: { ...question, seq: 121 } }
  );
  const select = await vi.waitFor(() => {
    const found = el.querySelector<HTMLSelectElement>('.dsp-thread-switch select');
    expect(found).not.toBeNull();
    return found as HTMLSelectElement;
  });
  expect([...select.options].map(option => option.textContent)).toEqual([
    '○ dispatch · at rest',
    '◆ planner ab12 · waits for you'
  ]);
  expect(select.value).toBe(AGENT);
  select.value = PLANNER;
  select.dispatchEvent(new Event('change', { bubbles: true }));
  await vi.waitFor(() => expect(model.get('agent_id')).toBe(PLANNER));
  expect(FakeSocket.last.query.get('thread')).toBe(PLANNER);
  leave();
});

it('keeps what is written in one cell apart from another one, also over a reload', async () => {
  const boxes = [el, document.createElement('div')];
  const write = (at: number, value: string) => {
    const area = boxes[at]?.querySelector('textarea') as HTMLTextAreaElement;
    area.value = value;
    area.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const words = () => boxes.map(box => box.querySelector('textarea')?.value);
  const all = async () => [await show(make(), boxes[0]), await show(make(), boxes[1])];
  const leaves = await all();
  write(0, 'one');
  write(1, 'two');
  for (const leave of leaves) leave();
  const again = await all();
  await vi.waitFor(() => expect(words()).toEqual(['one', 'two']));
  for (const leave of again) leave();
});

it('tries again where the server did not answer', async () => {
  server.answers.set('GET status', new Fail(502, {}));
  const leave = await show(make());
  expect(el.querySelector('.dsp-composer')).toBeNull();
  server.answers.set('GET status', status());
  await vi.waitFor(() => el.querySelector<HTMLButtonElement>('[role=alert] button')?.click());
  await vi.waitFor(() => expect(el.querySelector('.dsp-composer')).not.toBeNull());
  expect(el.querySelector('[role=alert]')).toBeNull();
  leave();
  expect(FakeSocket.all.every(socket => socket.closed)).toBe(true);
});
