interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

interface Entry extends Timer {
  state: 'waiting' | 'cancelled';
}

/** Timers, the earliest first; those of one instant in the order they were added. */
export class TimerHeap {
  private readonly heap: Entry[] = [];
  private added = 0;

  /** Answers how to cancel it. */
  add(at: number, callback: () => void): () => void {
    const entry: Entry = { at, order: this.added, callback, state: 'waiting' };
    this.added += 1;
    this.heap.push(entry);
    this.rise(this.heap.length - 1);
    return () => {
      entry.state = 'cancelled';
    };
  }

  /** Takes the first timer that is due by `end`. */
  takeUntil(end: number): Timer | undefined {
    for (;;) {
      const [first] = this.heap;
      if (first === undefined || (first.at > end && first.state === 'waiting')) return undefined;
      this.removeFirst();
      if (first.state === 'waiting') return first;
    }
  }

  private removeFirst(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink();
  }

  private rise(from: number): void {
    const { heap } = this;
    let i = from;
    const entry = heap[i];
    if (entry === undefined) return;
    while (i > 0) {
      const above = (i - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, entry)) break;
      heap[i] = parent;
      i = above;
    }
    heap[i] = entry;
  }

  private sink(): void {
    const { heap } = this;
    const [entry] = heap;
    if (entry === undefined) return;
    let i = 0;
    for (;;) {
      const left = heap[2 * i + 1];
      const right = heap[2 * i + 2];
      if (left === undefined) break;
      const [child, at] =
        right !== undefined && isBefore(right, left) ? [right, 2 * i + 2] : [left, 2 * i + 1];
      if (isBefore(entry, child)) break;
      heap[i] = child;
      i = at;
    }
    heap[i] = entry;
  }
}

const isBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
