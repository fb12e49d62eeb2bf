/** Counts what is under way, so that somebody can wait until nothing is. */
export class InHand {
  private count = 0;
  private whenIdle: (() => void)[] = [];

  isIdle(): boolean {
    return this.count === 0;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.count += 1;
    try {
      return await work();
    } finally {
      this.count -= 1;
      if (this.count === 0) for (const tell of this.whenIdle.splice(0)) tell();
    }
  }

  async idle(): Promise<void> {
    if (this.count > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
  }
}
