import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { SessionStore } from '../../store/session-store';
import type { TreeRow } from '../../store/tree';

/** What is typed within this time is one word. */
const TYPED_MS = 700;

/** Which agent's menu is open, and what it belongs to. */
export interface OpenMenu {
  readonly id: string;
  /** Has the focus again once it is closed. */
  readonly from: HTMLElement;
}

/** How one view of the tree stands: what is folded, where the keyboard is. Of the agents it knows what the store knows. */
export class TreeState {
  private readonly folded = signal<ReadonlySet<string>>(new Set());
  private readonly _focused = signal<string | null>(null);
  readonly menu = signal<OpenMenu | null>(null);
  private typed = '';
  private typedAt = Number.NEGATIVE_INFINITY;

  /** The rows that no fold hides. */
  readonly visible = computed<readonly TreeRow[]>(() => {
    const folded = this.folded.value;
    const rows = this.store.tree.rows.value;
    return folded.size ? rows.filter(({ path }) => !path.slice(0, -1).some(id => folded.has(id))) : rows;
  });
  /** The row that Tab comes to: where the keyboard was, else the one that is shown, else the first. */
  readonly current = computed<string | null>(() => {
    const rows = this.visible.value;
    const wanted = [this._focused.value, this.selected.value];
    return wanted.find(id => rows.some(row => row.id === id)) ?? rows[0]?.id ?? null;
  });

  /** @param selected whose thread is shown beside the tree. */
  constructor(
    private readonly store: SessionStore,
    readonly selected: ReadonlySignal<string | null>
  ) {}

  isFolded(id: string): boolean {
    return this.folded.value.has(id);
  }

  focus(id: string): void {
    this._focused.value = id;
  }

  fold(id: string, folded: boolean): void {
    this.foldAll([id], folded);
  }

  /** Unfold what hides it. */
  reveal(id: string): void {
    const row = this.store.tree.rows.peek().find(one => one.id === id);
    const above = row?.path.slice(0, -1) ?? [];
    if (above.some(one => this.folded.peek().has(one))) this.foldAll(above, false);
  }

  /** What a key means: the row it leads to; null where it means nothing here. What it folds is done at once. */
  go(key: string): string | null {
    const rows = this.visible.peek();
    const place = rows.findIndex(row => row.id === this.current.peek());
    const row = rows[place];
    if (!row) return null;
    switch (key) {
      case 'ArrowDown':
        return rows[place + 1]?.id ?? row.id;
      case 'ArrowUp':
        return rows[place - 1]?.id ?? row.id;
      case 'Home':
        return rows[0]?.id ?? null;
      case 'End':
        return rows.at(-1)?.id ?? null;
      case 'ArrowRight':
        return this.inward(row, rows[place + 1]);
      case 'ArrowLeft':
        return this.outward(row);
      case '*':
        this.unfoldBeside(row);
        return row.id;
      default:
        return null;
    }
  }

  /** The next row whose name or handle begins with what is being typed; the same letter again goes on to the next. */
  type(letter: string, words: (id: string) => readonly string[]): string | null {
    const now = performance.now();
    this.typed = now - this.typedAt < TYPED_MS ? this.typed + letter.toLowerCase() : letter.toLowerCase();
    this.typedAt = now;
    const rows = this.visible.peek();
    const place = rows.findIndex(row => row.id === this.current.peek());
    // one letter goes on to the next, and so it does again; a word that is still being typed may stay where it is
    const [first = ''] = this.typed;
    const isOne = this.typed === first.repeat(this.typed.length);
    const from = isOne ? place + 1 : place;
    const around = [...rows.slice(from), ...rows.slice(0, from)];
    const wanted = isOne ? first : this.typed;
    const fits = (id: string) => words(id).some(word => word.toLowerCase().startsWith(wanted));
    return around.find(({ id }) => fits(id))?.id ?? null;
  }

  private inward(row: TreeRow, next: TreeRow | undefined): string {
    if (!row.hasChildren) return row.id;
    if (this.folded.peek().has(row.id)) {
      this.fold(row.id, false);
      return row.id;
    }
    return next?.id ?? row.id;
  }

  private outward(row: TreeRow): string {
    if (row.hasChildren && !this.folded.peek().has(row.id)) {
      this.fold(row.id, true);
      return row.id;
    }
    return row.path.at(-2) ?? row.id;
  }

  private unfoldBeside(row: TreeRow): void {
    const siblings = this.store.tree.rows.peek().filter(({ path }) => path.at(-2) === row.path.at(-2));
    this.foldAll(
      siblings.map(({ id }) => id),
      false
    );
  }

  private foldAll(ids: readonly string[], folded: boolean): void {
    const next = new Set(this.folded.peek());
    for (const id of ids) {
      if (folded) next.add(id);
      else next.delete(id);
    }
    this.folded.value = next;
  }
}
