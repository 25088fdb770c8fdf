/** Numbers for views that are told apart by nothing else: each has the lowest one that no view on the page has. */
export class Seats {
  private readonly taken = new Map<string, Set<number>>();

  /** @returns the number, from 0 among those of that name, and what gives it back. */
  take(name: string): { readonly number: number; readonly leave: () => void } {
    const taken = this.taken.get(name) ?? new Set();
    this.taken.set(name, taken);
    let number = 0;
    while (taken.has(number)) number++;
    taken.add(number);
    return { number, leave: () => taken.delete(number) };
  }
}
