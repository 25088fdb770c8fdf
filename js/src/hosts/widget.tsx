import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { render } from 'preact';
import { ErrorCard } from '../components/ErrorCard';
import { english, type Host } from '../host';
import { sessionOf } from '../store/agent-ids';
import { Api } from '../store/api';
import { Chat } from '../store/chat';
import { Notices } from '../store/notices';
import { type Problem, problemOf } from '../store/problem';
import { type Kind, mount } from './mount';
import { type PageServer, pageServer, request, streamUrl, userName } from './page-server';
import { Seats } from './seats';
import { browserStorage } from './storage';

/**
 * The part of anywidget's model that is used. Traits: `session_id` ("": not begun), `agent_id` whose thread it shows
 * ("": the first agent's), `view`, `instance`, `height` in px.
 */
export interface Model {
  get(trait: 'session_id' | 'agent_id' | 'view' | 'instance'): string;
  get(trait: 'height'): number;
  set(trait: 'session_id' | 'agent_id', value: string): void;
  save_changes(): void;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
}

interface View {
  readonly model: Model;
  readonly el: HTMLElement;
}

/**
 * One view of the widget in a cell's output. It speaks to the page's own server, so it works while the kernel is
 * busy; the kernel only says which session and which server are meant.
 * @returns what anywidget calls when the view goes.
 */
async function renderView({ model, el }: View): Promise<() => void> {
  // else a key pressed in here is a notebook command, and "dd" deletes the cell. Lab looks at the element in focus
  // before it looks at those around it, so each has to say so itself
  const suppress = ({ target }: Event) => {
    if (target instanceof HTMLElement) target.dataset.lmSuppressShortcuts = 'true';
  };
  el.addEventListener('focusin', suppress);
  const box = document.createElement('div');
  box.className = 'dsp-cell';
  el.replaceChildren(box);
  const height = () => box.style.setProperty('height', `${model.get('height') || 480}px`);
  height();
  model.on('change:height', height);
  const server = pageServer();
  let gone = false;
  let leave = () => {};
  const begin = async () => {
    const problem = server ? await mismatch(server, model) : noServer();
    if (gone) return;
    leave();
    if (server && !problem) {
      height();
      leave = chatView(model, box, server);
    } else leave = problemView(box, problem ?? noServer(), server && begin);
  };
  await begin();
  return () => {
    gone = true;
    el.removeEventListener('focusin', suppress);
    model.off('change:height', height);
    leave();
  };
}

function chatView(model: Model, box: HTMLElement, server: PageServer): () => void {
  const view = viewOf(model);
  const name = `cell:${view}:${model.get('instance')}`;
  const seat = seats.take(name); // a cell has no name of its own, and what is written in one is not for another
  const chat = new Chat(cellHost(server), seat.number ? `${name}:${seat.number}` : name);
  let telling = false;
  const follow = () => {
    if (!telling) chat.open(model.get('session_id') || null, agentOf(model));
  };
  follow();
  const unmount = mount(chat, box, view);
  model.on('change:session_id', follow);
  model.on('change:agent_id', follow);
  // one effect: a session and its thread change together, and the kernel hears of both at once
  const stop = effect(() => {
    const session = chat.sessionId.value ?? '';
    const agent = chat.agentId.value ?? '';
    if (session === model.get('session_id') && agent === (model.get('agent_id') || '')) return;
    telling = true;
    model.set('session_id', session);
    model.set('agent_id', agent);
    telling = false;
    model.save_changes();
  });
  return () => {
    stop();
    model.off('change:session_id', follow);
    model.off('change:agent_id', follow);
    unmount();
    chat.dispose();
    seat.leave();
  };
}

/** What the kernel wants to be shown. */
function viewOf(model: Model): Kind {
  const view = model.get('view');
  return view === 'agents' || view === 'thread' ? view : 'chat';
}

/** Whose thread it is; of another session than is shown, nobody's. */
function agentOf(model: Model): string | null {
  const agent = model.get('agent_id') || null;
  return agent && sessionOf(agent) === model.get('session_id') ? agent : null;
}

function cellHost(server: PageServer): Host {
  return {
    trans: english,
    user: nameOf(server),
    settings: { showReasoning: signal(false), sendOn: signal('enter') },
    storage: browserStorage('sessionStorage'),
    isCell: true,
    WebSocket: window.WebSocket,
    fetch: (path, init) => request(server, path, init),
    streamUrl: query => streamUrl(server, query),
    notices: listener => noticesOf(server).listen(listener)
  };
}

/** One socket for all cells of the page. */
function noticesOf(server: PageServer): Notices {
  notices ??= new Notices({ WebSocket: window.WebSocket, streamUrl: query => streamUrl(server, query) });
  return notices;
}

let notices: Notices | null = null;
const seats = new Seats();

/** Asked for once it is wanted. */
function nameOf(server: PageServer): ReadonlySignal<string | null> {
  const name = signal<string | null>(null);
  let asked = false;
  return computed(() => {
    if (!asked) {
      asked = true;
      void userName(server).then(found => {
        name.value = found;
      });
    }
    return name.value;
  });
}

/** Why this page's server is not the one the kernel means; null if it is. */
async function mismatch(server: PageServer, model: Model): Promise<Problem | null> {
  try {
    const status = await new Api(cellHost(server)).status();
    return status.instance === model.get('instance') ? null : otherServer();
  } catch (error) {
    return problemOf(error);
  }
}

function noServer(): Problem {
  return {
    code: 'no_server',
    message: english.__('This page cannot reach the Dispatch server.'),
    hint: english.__('Open the notebook in JupyterLab or Notebook 7. Dispatch itself goes on, whatever page is open.')
  };
}

function otherServer(): Problem {
  return {
    code: 'other_server',
    message: english.__('This chat belongs to another run of the Jupyter server.'),
    hint: english.__(
      'Run the cell again. If that does not help, restart the kernel, so that it learns of the new server.'
    )
  };
}

function problemView(box: HTMLElement, problem: Problem, again: (() => Promise<void>) | null): () => void {
  box.style.removeProperty('height');
  render(
    <div class="dsp-chat dsp-alone">
      <ErrorCard problem={problem}>
        {again && (
          <button type="button" class="dsp-button" onClick={() => void again()}>
            {english.__('Try again')}
          </button>
        )}
      </ErrorCard>
    </div>,
    box
  );
  return () => render(null, box);
}

export default { render: renderView };
