import type { CatalogEntry } from '@baton/contracts';
import type { EvidenceOptions, EvidenceSources } from '@baton/control';
import { BatonError, isBatonError } from '@baton/core';
import { countRemainders, deadLetterTopicOf } from '@baton/messaging';
import type { EvidenceInput } from './commands/evidence-input';
import type { Context } from './context';
import { type ControlAccess, enforcedMargin, factSources, versionsUpTo } from './control-access';
import { outboxSource } from './outbox-evidence';

/** Where evidence comes from: the log, presence, the brokers, and what was said of outboxes and dead letters. */
export const evidenceSources = (
  { follower, presence }: ControlAccess,
  { withoutOutbox, withoutDeadLetters }: EvidenceInput,
  context: Pick<Context, 'broker' | 'clock' | 'env'>,
): EvidenceSources => {
  const outbox = outboxSource(context.env, { withoutOutbox, clock: context.clock });
  const { usageReader, topicGuard } = context.broker();
  return {
    ...factSources(context),
    follower,
    presence,
    usage: usageReader,
    guard: topicGuard,
    ...(outbox === undefined ? {} : { outbox }),
    deadLetters: (question) => remaindersOf(question, { context, withoutDeadLetters }),
  };
};

/** What the topics hold counts, whatever was said; without topics nobody knows of other places, unless it is said. */
const remaindersOf = async (
  question: Parameters<typeof countRemainders>[1],
  {
    context,
    withoutDeadLetters,
  }: { readonly context: Pick<Context, 'broker' | 'clock'>; readonly withoutDeadLetters: boolean },
): Promise<number> => {
  const { recordReader, logOffsets, groupReader } = context.broker();
  const { clock } = context;
  const reader = recordReader();
  const committed = async (topic: string) =>
    (await groupReader.committed(question.group, [topic])).get(topic) ?? [];
  try {
    return await countRemainders({ reader, logOffsets, clock, committed }, question);
  } catch (error) {
    if (!isBatonError(error, 'topic-missing')) throw error;
    if (withoutDeadLetters) return 0;
    throw new BatonError(
      'topic-missing',
      `Group "${question.group}" has no topic ${deadLetterTopicOf(question.group)}; if it parks nothing anywhere, say --without-dead-letters`,
      { cause: error },
    );
  } finally {
    await reader.close();
  }
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
