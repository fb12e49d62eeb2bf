import type { Envelope, Instant, Version } from '@baton/core';
import { mayPassCycle, notReached, setBarrier } from './hold';
import type { Lane } from './lane';
import type { LanePauses } from './lane-pauses';
import type { Lanes } from './lanes';
import type { RunContext } from './run-context';

/** The ends of the sibling logs, read at most once for a fetched batch. */
export interface BatchScope {
  ends: Promise<ReadonlyMap<Version, number>> | undefined;
}

interface HoldKeeperDeps {
  readonly context: RunContext;
  readonly lanes: () => Lanes;
  /** Commits what was passed so far; a hold waits for committed offsets, never for positions. */
  readonly commitNow: () => Promise<void>;
  readonly pauses: LanePauses;
}

/** Keeps order across a cut: a record waits until the group has committed what was visible before it in older versions. */
export class HoldKeeper {
  constructor(private readonly deps: HoldKeeperDeps) {}

  /** Whether the record may run now; if not, its lane is paused and goes on by itself once the barrier is reached. */
  admits(
    lane: Lane,
    { createdAt }: Envelope,
    before: readonly Version[],
    scope: BatchScope,
  ): boolean | Promise<boolean> {
    if (before.length === 0) return true;
    if (!lane.unread && notReached(lane, this.deps.lanes().siblingsOf(lane), before).length === 0)
      return true;
    return this.admitsAfterReading(lane, { createdAt, before, scope });
  }

  private async admitsAfterReading(
    lane: Lane,
    { createdAt, before, scope }: { createdAt: Instant; before: readonly Version[]; scope: BatchScope },
  ): Promise<boolean> {
    const { tally, clock } = this.deps.context;
    if (lane.unread) {
      scope.ends ??= this.readSiblingEnds(lane);
      setBarrier(lane, await scope.ends);
    }
    const siblings = this.deps.lanes().siblingsOf(lane);
    if (notReached(lane, siblings, before).length === 0) return true;
    await this.deps.commitNow();
    const waitsFor = notReached(lane, siblings, before);
    if (waitsFor.length === 0 || mayPassCycle(createdAt, siblings, waitsFor)) return true;
    tally.holdBegins(lane, clock.elapsed());
    this.deps.pauses.pause(lane, { kind: 'hold', createdAt, waitsFor: before });
    this.review();
    return false;
  }

  /** Lets those go whose barrier is reached by now. */
  review(): void {
    const lanes = this.deps.lanes();
    for (const lane of lanes.all()) {
      if (lane.pause?.kind !== 'hold') continue;
      const siblings = lanes.siblingsOf(lane);
      const waitsFor = notReached(lane, siblings, lane.pause.waitsFor);
      if (waitsFor.length === 0 || mayPassCycle(lane.pause.createdAt, siblings, waitsFor)) {
        this.deps.context.tally.holdEnds(lane, this.deps.context.clock.elapsed());
        this.deps.pauses.resume(lane);
      }
    }
  }

  /** Whether a held sibling waits for what `lane` commits. */
  isAwaited(lane: Lane): boolean {
    for (const sibling of this.deps.lanes().siblingsOf(lane).values()) {
      if (sibling.pause?.kind === 'hold' && sibling.pause.waitsFor.includes(lane.version)) return true;
    }
    return false;
  }

  private async readSiblingEnds(lane: Lane): Promise<ReadonlyMap<Version, number>> {
    const siblings = [...this.deps.lanes().siblingsOf(lane).values()].filter((sibling) => sibling !== lane);
    const ends = await Promise.all(siblings.map(({ topic }) => this.deps.context.logOffsets.end(topic)));
    return new Map(
      siblings.map(({ version }, i) => [version, ends[i]?.[lane.partition] ?? Number.MAX_SAFE_INTEGER]),
    );
  }
}
