/** What can make something in the page lower, beside taking it away. */
const ATTRIBUTES = ['class', 'style', 'hidden', 'open'];

/**
 * Whether the content of a scrolled box may just have become lower.
 *
 * A browser that finds less to scroll moves the box up by itself, and tells of it like of any other move; by then more
 * may have been written below, so that the sizes alone do not show it.
 */
export class Shrinking {
  private taken = false;
  private height = 0;
  private view = 0;
  private frame = 0;
  private readonly changes: MutationObserver;

  constructor(
    private readonly box: HTMLElement,
    content: HTMLElement
  ) {
    this.changes = new MutationObserver(records => this.note(records));
    this.changes.observe(content, { childList: true, subtree: true, attributes: true, attributeFilter: ATTRIBUTES });
    this.settle();
  }

  /** The position of the box is known; what changes counts from now on. */
  settle(): void {
    this.changes.takeRecords();
    this.taken = false;
    this.height = this.box.scrollHeight;
    this.view = this.box.clientHeight;
  }

  /** It may have, since it was settled. */
  mayHave(): boolean {
    this.note(this.changes.takeRecords());
    return this.taken || this.box.scrollHeight < this.height || this.box.clientHeight > this.view;
  }

  disconnect(): void {
    this.changes.disconnect();
    cancelAnimationFrame(this.frame);
  }

  private note(records: readonly MutationRecord[]): void {
    if (!takesAway(records)) return;
    this.taken = true;
    cancelAnimationFrame(this.frame);
    // the move it makes is told at the latest with the frame after the next, and before what is asked for then
    this.frame = requestAnimationFrame(() => {
      this.frame = requestAnimationFrame(() => {
        this.taken = false;
      });
    });
  }
}

/** Text that streams in replaces its last part by a longer one all the time, which takes nothing away. */
function takesAway(records: readonly MutationRecord[]): boolean {
  let nodes = 0;
  for (const { type, addedNodes, removedNodes } of records) {
    if (type === 'attributes') return true;
    nodes += addedNodes.length - removedNodes.length;
  }
  return nodes < 0;
}
