import type { Version } from '@baton/core';

/** Whether a version is still written, and what its readers are to be told. */
export type VersionStanding =
  | { readonly kind: 'live' }
  | {
      readonly kind: 'deprecated';
      /** When the deprecation was announced, in milliseconds since 1970. */
      readonly since: number;
      /** The deadline: when the version may stop at the earliest. */
      readonly sunset: number;
      readonly successor: Version;
    }
  | { readonly kind: 'retiring' }
  | { readonly kind: 'retired' };

/** Says which versions are still to be published. A publisher without one never leaves a version out. */
export interface PublicationPolicy {
  /** Reads to the end of what is decided at the time of the call. */
  catchUp(): Promise<void>;
  standing(eventType: string, version: Version): VersionStanding;
  /** Calls back after every change of a standing; returns how to stop. */
  onChange(listener: () => void): () => void;
  /** This instance writes the version no more, and everything it had under way with it is through. */
  acknowledgeRetired(eventType: string, version: Version): Promise<void>;
  close(): Promise<void>;
}
