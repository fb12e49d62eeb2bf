import type { Version } from '@baton/core';
import type { TopicPartition } from '../ports/records';
import type { Lane, Siblings } from './lane';

/** The lanes of one generation. */
export class Lanes {
  private readonly byPlace = new Map<string, Lane>();
  private readonly siblings = new Map<Lane, Siblings>();

  constructor(lanes: readonly Lane[]) {
    const bySiblings = new Map<string, Map<Version, Lane>>();
    for (const lane of lanes) {
      this.byPlace.set(placeKey(lane), lane);
      const siblings = bySiblings.get(siblingKey(lane)) ?? new Map<Version, Lane>();
      siblings.set(lane.version, lane);
      bySiblings.set(siblingKey(lane), siblings);
      this.siblings.set(lane, siblings);
    }
  }

  at(place: TopicPartition): Lane | undefined {
    return this.byPlace.get(placeKey(place));
  }

  all(): IterableIterator<Lane> {
    return this.byPlace.values();
  }

  /** All versions of the lane's event type in its partition, itself included. */
  siblingsOf(lane: Lane): Siblings {
    return this.siblings.get(lane) ?? new Map();
  }
}

const placeKey = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
const siblingKey = (lane: Lane): string => `${lane.subscription.eventType.name}/${lane.partition}`;
