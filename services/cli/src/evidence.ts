import type { CatalogEntry } from '@baton/contracts';
import type { EvidenceOptions, EvidenceSources } from '@baton/control';
import type { EvidenceInput } from './commands/evidence-input';
import type { Context } from './context';
import { type ControlAccess, enforcedMargin, factSources, versionsUpTo } from './control-access';

/** Where evidence comes from: the log, presence, the brokers, and what was said of outboxes and dead letters. */
export const evidenceSources = (
  { follower, presence }: ControlAccess,
  { withoutOutbox, withoutDeadLetters }: EvidenceInput,
  context: Pick<Context, 'broker'>,
): EvidenceSources => {
  const { usageReader, topicGuard } = context.broker();
  return {
    ...factSources(context),
    follower,
    presence,
    usage: usageReader,
    guard: topicGuard,
    ...(withoutOutbox ? { outbox: 'none-configured' as const } : {}),
    ...(withoutDeadLetters ? { deadLetters: 'none-configured' as const } : {}),
  };
};

/** How evidence about an event type is read. */
export const evidenceOptions = async (
  { name, versions, groups }: CatalogEntry,
  { withoutAuthorizer, gone, keepsHandler, observeMs }: EvidenceInput,
  context: Context,
): Promise<EvidenceOptions> => {
  const known = versionsUpTo(Math.max(...versions.map(({ version }) => version)));
  return {
    versions: known,
    manifest: groups,
    marginMs: await enforcedMargin(name, known, context),
    clock: context.clock,
    observeMs,
    declared: { withoutAuthorizer, gone, keepsHandler },
  };
};
