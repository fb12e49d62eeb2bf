import type { CatalogEntry } from '@baton/contracts';
import {
  eventTypeState,
  type GroupProgress,
  type LagSample,
  type MigrationStatus,
  readMigrationStatus,
  trendOf,
} from '@baton/control';
import { formatInstant } from '@baton/core';
import type { Context } from '../context';
import type { ControlAccess } from '../control-access';
import { evidenceOptions, evidenceSources } from '../evidence';
import type { EvidenceInput } from './evidence-input';
import type { MigrationRow, ProgressRow } from './migration-rows';

/** What was unread at the last look, by event type, version and group. */
export type LagSamples = Map<string, LagSample>;

/** Asks where each deprecated version of an event type stands; `samples` are compared with, and renewed. */
export const readMigrations = async (
  entry: CatalogEntry,
  { access, evidence, samples }: { access: ControlAccess; evidence: EvidenceInput; samples: LagSamples },
  context: Context,
): Promise<readonly MigrationRow[]> => {
  const eventType = entry.name;
  const { deprecations } = eventTypeState(access.follower.state(), eventType);
  if (deprecations.size === 0) return [];
  const options = await evidenceOptions(entry, evidence, context);
  const sources = evidenceSources(access, evidence, context);
  const rows: MigrationRow[] = [];
  for (const version of deprecations.keys()) {
    const status = await readMigrationStatus(sources, { eventType, version }, options);
    rows.push(...rowOf(status, samples));
  }
  return rows;
};

const rowOf = (status: MigrationStatus, samples: LagSamples): readonly MigrationRow[] => {
  const { deprecation, version, lastTraffic, verdict, grown, groups } = status;
  if (deprecation === undefined) return [];
  const newest = lastTraffic.kind === 'seen' ? lastTraffic.value : undefined;
  return [
    {
      version,
      successor: deprecation.successor,
      phase: deprecation.phase.kind,
      deadline: text(deprecation.deadline),
      lastTraffic: newest === undefined ? null : text(newest),
      verdict: verdict.verdict,
      because: reasons(verdict),
      grown: [...grown],
      groups: groups.map((group) => progressRow(status, group, samples)),
    },
  ];
};

const progressRow = (
  { eventType, version, brokerTime }: MigrationStatus,
  { group, phase, status, drainedPercent, lag, stragglers, verdict }: GroupProgress,
  samples: LagSamples,
): ProgressRow => {
  const key = `${eventType} ${version} ${group}`;
  const earlier = samples.get(key);
  const later = { at: brokerTime, lag: lag.events };
  samples.set(key, later);
  return {
    group,
    phase,
    binding:
      status.binding === undefined
        ? null
        : { version: status.binding.version, since: formatInstant(status.binding.since) },
    drainedPercent: drainedPercent ?? null,
    lag: { events: lag.events ?? null, seconds: lag.seconds ?? null },
    stragglers: stragglers ?? null,
    trend: earlier === undefined ? null : trendRow(earlier, later),
    verdict: verdict.verdict,
    because: reasons(verdict),
  };
};

const trendRow = (earlier: LagSample, later: LagSample): ProgressRow['trend'] => {
  const { direction, perSecond, eta } = trendOf(earlier, later);
  return { direction, perSecond: perSecond ?? null, eta: eta === undefined ? null : text(eta) };
};

const reasons = ({ because }: MigrationStatus['verdict']): MigrationRow['because'] =>
  because.map(({ code, text: why }) => ({ code, text: why }));

const text = (millis: number): string => new Date(millis).toISOString();
