// What passes in one direction, in the order in which it came, also where some of it has to wait.

export class Line {
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  /** Nothing waits: what comes may pass at once. */
  get idle(): boolean {
    return this.#waiting === 0;
  }

  /** Acts when `ready` is, and all that came before has acted. */
  async queue<R, T>(ready: Promise<R> | undefined, act: (ready: R | undefined) => T | PromiseLike<T>): Promise<T> {
    const before = this.#last;
    let acted = (): void => {};
    this.#last = new Promise((resolve) => (acted = resolve));
    this.#waiting += 1;
    try {
      const [given] = await Promise.all([ready, before]);
      // Not awaited here: what comes next waits for the act to begin, not to end, as without us.
      return act(given);
    } finally {
      this.#waiting -= 1;
      acted();
    }
  }
}
