import { BatonError, topicOf, version } from '@baton/core';
import { type AclGrant, type AclRole, leastPrivilege } from '@baton/kafka';
import { deadLetterTopicOf, retryTopicOf } from '@baton/messaging';
import { z } from 'zod';
import { chosenCatalog } from './catalog-input';
import { defineCommand } from './command';
import { list, schemaVersion } from './document-parts';
import { eventTypeInput, groupInput } from './inputs';

const output = z.strictObject({
  schemaVersion,
  applied: z.boolean(),
  grants: list(
    z.strictObject({
      principal: z.string(),
      resource: z.enum(['topic', 'group', 'transactional-id', 'cluster']),
      name: z.string(),
      pattern: z.enum(['literal', 'prefixed']),
      operations: list(z.string()),
      because: z.string(),
    }),
  ),
});

interface RoleInput {
  readonly publisher?: string | undefined;
  readonly subscriber?: string | undefined;
  readonly script: boolean;
}

/** `baton acl` */
export const acl = defineCommand({
  path: ['acl'],
  arguments: [{ syntax: '<type>', describes: 'the event type' }],
  summary: 'Show the least rights that a publisher, a subscriber or the script needs for an event type',
  details: [
    'With these rights a publisher cannot read events, and a subscriber cannot publish them. Rights to the control log let both answer there; that only the script decides takes a migration key (docs/how-to/secure-a-platform.md).',
    'The script may read what groups have parked, not replay it: that takes the rights of the group.',
    'Nothing is changed without --apply. Rights that somebody has already are never taken away.',
  ],
  options: [
    { flags: '--principal <principal>', describes: 'whom the broker knows, such as User:lending' },
    { flags: '--publisher <source>', describes: 'rights of a publisher; the name of its source' },
    { flags: '--subscriber <group>', describes: 'rights of a member of this group' },
    { flags: '--script', describes: 'rights of whoever runs this command to migrate' },
    { flags: '--apply', describes: 'grant them at the broker' },
  ],
  examples: [
    'baton acl lending.BooksBorrowed --publisher lending --principal User:lending',
    'baton acl lending.BooksBorrowed --subscriber reminders --principal User:reminders --apply',
  ],
  input: z.object({
    type: eventTypeInput,
    principal: z.string().regex(/^[A-Za-z]+:.+$/, {
      error: ({ input }) => `Expected a principal such as User:lending, got "${input ?? ''}".`,
    }),
    publisher: groupInput.optional(),
    subscriber: groupInput.optional(),
    script: z.boolean().default(false),
    apply: z.boolean().default(false),
  }),
  output,
  run: async ({ type, principal, apply, ...role }, context) => {
    const { entries } = chosenCatalog(context, type);
    const groups = [...new Set(entries.flatMap((entry) => entry.groups))];
    const grants = leastPrivilege(roleOf(role, groups), {
      principal,
      topics: entries.flatMap(({ name, versions }) =>
        versions.map((one) => topicOf(name, version(one.version))),
      ),
      controlTopic: context.settings.controlTopic.value,
      presenceTopic: context.settings.presenceTopic.value,
    });
    if (apply) await context.broker().grant(grants);
    return {
      document: { schemaVersion: 1, applied: apply, grants: grants.map(rowOf) },
      exit: 'ok',
      next: apply ? 'baton doctor' : 'the same with --apply',
    };
  },
  render: ({ grants }, style) =>
    style.table(
      ['RESOURCE', 'NAME', 'OPERATIONS', 'WHAT FOR'],
      grants.map(({ resource, name, pattern, operations, because }) => [
        resource,
        pattern === 'prefixed' ? `${name}*` : name,
        operations.join(', '),
        because,
      ]),
    ),
});

const rowOf = (grant: AclGrant) => ({ ...grant, operations: [...grant.operations] });

const roleOf = ({ publisher, subscriber, script }: RoleInput, groups: readonly string[]): AclRole => {
  const groupTopics = groups.flatMap((group) => [deadLetterTopicOf(group), retryTopicOf(group)]);
  const roles: readonly AclRole[] = [
    ...(publisher === undefined ? [] : [{ kind: 'publisher' as const, source: publisher }]),
    ...(subscriber === undefined
      ? []
      : [
          {
            kind: 'subscriber' as const,
            group: subscriber,
            deadLetterTopic: deadLetterTopicOf(subscriber),
            retryTopic: retryTopicOf(subscriber),
          },
        ]),
    ...(script ? [{ kind: 'script' as const, groupTopics }] : []),
  ];
  const [role] = roles;
  if (role !== undefined && roles.length === 1) return role;
  throw new BatonError(
    'invalid-argument',
    `Expected one of --publisher, --subscriber and --script, got ${roles.length === 0 ? 'none' : 'several'}. Ask once for each.`,
  );
};
