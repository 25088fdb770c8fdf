import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { nameOf, stateSign } from '../../components/agent-words';
import { focusHome } from '../../components/home-focus';
import type { Host } from '../../host';
import type { Agent } from '../../protocol';
import { handleOf } from '../../store/agent-ids';
import { Chat } from '../../store/chat';
import { wasInterrupted, wasStopped } from '../../store/tree';
import { type Kind, mount } from '../mount';
import { dispatchIcon, type ThreadState, threadIcons } from './icon';
import { PromptSeeker } from './prompt-seeker';

/**
 * A chat as a Lumino widget. It opens no session before it is first seen: side-bar widgets are attached when the page
 * opens, shown or not.
 */
export class ChatWidget extends Widget {
  readonly chat: Chat;
  /** What a tab is called; in the side bar the icon is enough. */
  readonly sessionTitle = signal('');
  /** How many requests of any session wait; shown on its icon. */
  readonly waiting = signal(0);
  private readonly _seen = signal(false);
  /** The person has had it before them. */
  readonly seen: ReadonlySignal<boolean> = this._seen;
  private readonly unmount: () => void;
  private readonly stopEffect: () => void;
  private started = false;
  private readonly seeker = new PromptSeeker(this.node);

  /** @param start called once, when the widget is first seen; opens a session in the chat. */
  constructor(
    host: Host,
    view: string,
    private readonly start: (chat: Chat) => void,
    readonly kind: Kind = 'chat'
  ) {
    super();
    this.addClass('dsp-widget');
    this.chat = new Chat(host, view);
    this.unmount = mount(this.chat, this.node, kind);
    this.title.icon = dispatchIcon;
    this.stopEffect = effect(() => (kind === 'thread' ? this.describeThread(host) : this.describe(host)));
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.seeker.stop();
    this.stopEffect();
    this.unmount();
    this.chat.dispose();
    super.dispose();
  }

  /** Shows that session, rather than the one it would begin with if it was not seen yet. */
  begin(session: string): void {
    this.started = true;
    this.chat.open(session);
  }

  /** Shows the start of a session, with an agent made from that template. */
  beginNew(template: string | null): void {
    this.started = true;
    this.chat.begin(template);
  }

  /** Shows the thread of one agent, seen or not: what its tab says is to be true. */
  beginThread(session: string, agentId: string): void {
    this.started = true;
    this.sessionTitle.value = handleOf(agentId); // until its name is known
    this.chat.open(session, agentId);
  }

  /** Where one writes; in a thread that is closed, the thread. */
  focusComposer(): void {
    focusHome(this.node);
  }

  /** Puts the focus on what waits for the person here, as soon as it is shown. */
  focusPrompt(): void {
    this.seeker.seek();
    // whatever activates this widget meanwhile (a palette that closes) would have the focus go to the composer
    void Promise.resolve().then(() => this.activate());
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) this.startOnce();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.startOnce();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    const prompt = this.seeker.found;
    if (prompt) prompt.focus();
    else this.focusComposer();
  }

  private startOnce(): void {
    this._seen.value = true;
    if (this.started) return;
    this.started = true;
    this.start(this.chat);
  }

  private describe(host: Host): void {
    const title = this.chat.store.value?.session.value?.title;
    const { trans } = host;
    const plain = this.kind === 'agents' ? trans.__('Agents') : trans.__('Dispatch');
    this.sessionTitle.value = this.kind === 'agents' ? plain : title || plain;
    const name = title ? `${plain}: ${title}` : plain;
    const count = this.waiting.value;
    this.title.caption = count ? `${name} (${trans._n('1 waits for you', '%1 wait for you', count)})` : name;
    const { 'dsp-waiting': _, ...others } = this.title.dataset; // Lab's own, which finds the panel by them
    this.title.dataset = count ? { ...others, 'dsp-waiting': String(count) } : others;
  }

  /** A thread's tab is named after its agent, and its icon says what that does. */
  private describeThread({ trans }: Host): void {
    const store = this.chat.store.value;
    const agent = store?.agent.value;
    if (!store || !agent) return;
    const asks = store.tree.waitingFor(agent.id).length > 0;
    const state = stateSign(agent, trans)[1];
    const session = store.session.value?.title;
    this.sessionTitle.value = nameOf(agent);
    this.title.icon = threadIcons[stateOf(agent, asks)];
    this.title.caption = [
      `${nameOf(agent)}: ${asks ? trans.__('waits for you') : state}`,
      agent.brief.trim().split('\n', 1)[0],
      session && trans.__('Session: %1', session)
    ]
      .filter(Boolean)
      .join('\n');
  }
}

function stateOf(agent: Agent, asks: boolean): ThreadState {
  const { status, waiting_on } = agent;
  if (asks || (status === 'waiting' && waiting_on !== 'children')) return 'asking';
  if (wasStopped(agent) || wasInterrupted(agent)) return 'stopped';
  return status === 'waiting_for_key' ? 'waiting' : status;
}
