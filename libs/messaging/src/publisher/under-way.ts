import type { PublishedVersions, Version } from '@baton/core';

/** Counts the accepted events that are neither committed nor given up, by event type and version. */
export class UnderWay {
  private readonly counts = new Map<string, number>();
  private readonly waiting = new Map<string, (() => void)[]>();

  /** An event is accepted; call the answer once it is settled. */
  begin(eventType: string, published: PublishedVersions): () => void {
    const keys = published.map((version) => keyOf(eventType, version));
    for (const key of keys) this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    return () => {
      for (const key of keys) this.end(key);
    };
  }

  carries(eventType: string, version: Version): boolean {
    return this.counts.has(keyOf(eventType, version));
  }

  /** Resolves once no event carries the version. */
  async without(eventType: string, version: Version): Promise<void> {
    const key = keyOf(eventType, version);
    while (this.counts.has(key)) {
      await new Promise<void>((resolve) => {
        this.waiting.set(key, [...(this.waiting.get(key) ?? []), resolve]);
      });
    }
  }

  private end(key: string): void {
    const left = (this.counts.get(key) ?? 1) - 1;
    if (left > 0) {
      this.counts.set(key, left);
      return;
    }
    this.counts.delete(key);
    const waiting = this.waiting.get(key) ?? [];
    this.waiting.delete(key);
    for (const resolve of waiting) resolve();
  }
}

const keyOf = (eventType: string, version: Version): string => `${eventType} ${version}`;
