import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { effect, signal } from '@preact/signals';
import type { Host } from '../../host';
import { Chat } from '../../store/chat';
import { mount } from '../mount';
import { dispatchIcon } from './icon';

/** A session that is opened shows what waits in it within this time, or there is nothing. */
const PROMPT_MS = 5_000;
/** What closes or is activated along with a command has done so within this time. */
const SETTLE_MS = 300;

/**
 * A chat as a Lumino widget. It asks nothing of the server before it is first seen: side-bar widgets are attached
 * when the page opens, shown or not.
 */
export class ChatWidget extends Widget {
  readonly chat: Chat;
  /** What a tab is called; in the side bar the icon is enough. */
  readonly sessionTitle = signal('');
  /** How many requests of any session wait; shown on its icon. */
  readonly waiting = signal(0);
  private readonly unmount: () => void;
  private readonly stopEffect: () => void;
  private started = false;
  private seeking = false;

  /** @param start called once, when the widget is first seen; opens a session in the chat. */
  constructor(
    host: Host,
    view: string,
    private readonly start: (chat: Chat) => void
  ) {
    super();
    this.addClass('dsp-widget');
    this.chat = new Chat(host, view);
    this.unmount = mount(this.chat, this.node);
    this.title.icon = dispatchIcon;
    this.stopEffect = effect(() => this.describe(host));
  }

  override dispose(): void {
    if (this.isDisposed) return;
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

  focusComposer(): void {
    this.node.querySelector('textarea')?.focus();
  }

  /** Puts the focus on what waits for the person here, as soon as it is shown. */
  focusPrompt(): void {
    // whatever activates this widget meanwhile (a palette that closes) would have the focus go to the composer
    this.seeking = true;
    const giveUp = (after: number) => setTimeout(() => end(), after);
    const look = () => {
      const prompt = this.findPrompt();
      if (!prompt) return;
      prompt.focus();
      watch.disconnect();
      giveUp(SETTLE_MS);
    };
    const watch = new MutationObserver(look);
    const end = () => {
      watch.disconnect();
      this.seeking = false;
    };
    watch.observe(this.node, { childList: true, subtree: true });
    look();
    void Promise.resolve().then(() => this.activate());
    giveUp(PROMPT_MS);
  }

  private findPrompt(): HTMLElement | null {
    return this.node.querySelector<HTMLElement>('.dsp-ask');
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
    const prompt = this.seeking ? this.findPrompt() : null;
    if (prompt) prompt.focus();
    else this.focusComposer();
  }

  private startOnce(): void {
    if (this.started) return;
    this.started = true;
    this.start(this.chat);
  }

  private describe(host: Host): void {
    const title = this.chat.store.value?.session.value?.title;
    this.sessionTitle.value = title || host.trans.__('Dispatch');
    const name = title ? host.trans.__('Dispatch: %1', title) : host.trans.__('Dispatch');
    const count = this.waiting.value;
    this.title.caption = count ? `${name} (${host.trans._n('1 waits for you', '%1 wait for you', count)})` : name;
    const { 'dsp-waiting': _, ...others } = this.title.dataset; // Lab's own, which finds the panel by them
    this.title.dataset = count ? { ...others, 'dsp-waiting': String(count) } : others;
  }
}
