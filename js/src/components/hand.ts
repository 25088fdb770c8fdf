const KEYS_UP: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home']);

/** When a person last did something that scrolls up. */
export class Hand {
  private at = Number.NEGATIVE_INFINITY;
  private held = false;
  private _presses = false;

  /** A button or a finger is down in the box: what is selected towards an edge scrolls, too. */
  get presses(): boolean {
    return this._presses;
  }

  within(ms: number): boolean {
    return this.held || performance.now() - this.at < ms;
  }

  /**
   * @param onWheelUp called when a turn of the wheel is about to scroll the box up
   * @returns what ends it
   */
  watch(box: HTMLElement, onWheelUp: () => void): () => void {
    const moved = () => {
      this.at = performance.now();
    };
    const onWheel = (event: WheelEvent) => {
      if (event.deltaY >= 0) return;
      moved();
      if (box.scrollTop > 0 && !isTaken(event.target, box)) onWheelUp();
    };
    const onKey = (event: KeyboardEvent) => KEYS_UP.has(event.key) && moved();
    const onDown = (event: Event) => {
      this._presses = true;
      this.held = event.target === box; // on the box itself: its scroll bar
    };
    const onUp = () => {
      if (this.held) moved();
      this.held = this._presses = false;
    };
    const ended = new AbortController();
    const how = { passive: true, signal: ended.signal };
    box.addEventListener('wheel', onWheel, how);
    box.addEventListener('touchmove', moved, how);
    box.addEventListener('keydown', onKey, how);
    box.addEventListener('focusin', moved, how);
    box.addEventListener('pointerdown', onDown, how);
    box.ownerDocument.addEventListener('pointerup', onUp, how);
    box.ownerDocument.addEventListener('pointercancel', onUp, how);
    return () => ended.abort();
  }
}

/** Whether something inside the box scrolls up instead of it. */
function isTaken(target: EventTarget | null, box: HTMLElement): boolean {
  for (let inner = target as Element | null; inner && inner !== box; inner = inner.parentElement)
    if (inner.scrollTop > 0 && /auto|scroll/.test(getComputedStyle(inner).overflowY)) return true;
  return false;
}
