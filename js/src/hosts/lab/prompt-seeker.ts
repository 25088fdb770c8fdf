/** A session that is opened shows what waits in it within this time, or there is nothing. */
const PROMPT_MS = 5_000;
/** What closes or is activated along with a command has done so within this time. */
const SETTLE_MS = 300;

/** Puts the focus on what waits for the person in a view, as soon as it is shown there. */
export class PromptSeeker {
  /** Ends what is sought now. */
  stop: () => void = () => {};
  private seeking = false;

  constructor(private readonly node: HTMLElement) {}

  /** What is to have the focus, whatever else would have it; null while nothing is sought or shown. */
  get found(): HTMLElement | null {
    return this.seeking ? this.node.querySelector<HTMLElement>('.dsp-ask') : null;
  }

  seek(): void {
    this.stop();
    this.seeking = true;
    const stop = () => {
      watch.disconnect();
      clearTimeout(timer);
      document.removeEventListener('input', stop, true);
      this.seeking = false;
      this.stop = () => {};
    };
    const look = () => {
      const prompt = this.found;
      if (!prompt) return;
      prompt.focus();
      watch.disconnect();
      clearTimeout(timer);
      timer = setTimeout(stop, SETTLE_MS);
    };
    const watch = new MutationObserver(look);
    let timer = setTimeout(stop, PROMPT_MS);
    this.stop = stop;
    document.addEventListener('input', stop, true); // from somebody who has begun to write, nothing takes the focus
    watch.observe(this.node, { childList: true, subtree: true });
    look();
  }
}
