/** Waiting times between attempts: doubling, capped, and spread so that many pages do not come back at once. */
export class Backoff {
  private attempt = 0;

  constructor(
    private readonly first = 500,
    private readonly most = 15_000,
    private readonly random: () => number = Math.random
  ) {}

  get attempts(): number {
    return this.attempt;
  }

  /** Milliseconds to wait before the next attempt: between half and all of the doubled time. */
  next(): number {
    const full = Math.min(this.most, this.first * 2 ** this.attempt++);
    return full * (0.5 + this.random() / 2);
  }

  reset(): void {
    this.attempt = 0;
  }
}
