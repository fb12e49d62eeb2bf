import type { AclGrant, AclOperation } from './acls';

/** The names in one platform that rights are about. */
export interface AclScope {
  readonly principal: string;
  /** The topics of every version of the event types in question. */
  readonly topics: readonly string[];
  readonly controlTopic: string;
  readonly presenceTopic: string;
}

/** What somebody is to the event types in question. */
export type AclRole =
  | { readonly kind: 'publisher'; readonly source: string }
  | {
      readonly kind: 'subscriber';
      readonly group: string;
      readonly deadLetterTopic: string;
      readonly retryTopic: string;
    }
  /** `groupTopics`: where the groups of these event types park events, and get them back. */
  | { readonly kind: 'script'; readonly groupTopics: readonly string[] };

/** The least that a role needs; nobody who only publishes can read an event, and nobody who only reads can write one. */
export const leastPrivilege = (role: AclRole, scope: AclScope): readonly AclGrant[] => {
  switch (role.kind) {
    case 'publisher':
      return [...publishing(role.source, scope), ...following(scope)];
    case 'subscriber':
      return [...subscribing(role, scope), ...following(scope)];
    case 'script':
      return scripting(role, scope);
  }
};

const publishing = (source: string, scope: AclScope): readonly AclGrant[] => {
  const { topic, grant } = granting(scope);
  return [
    ...scope.topics.map((name) =>
      topic(name, ['write', 'describe', 'describe-configs'], 'publishes events, and checks the topic'),
    ),
    grant({
      resource: 'transactional-id',
      name: `${source}.`,
      pattern: 'prefixed',
      operations: ['write', 'describe'],
      because: 'writes the twins of an event at once',
    }),
  ];
};

const subscribing = (
  { group, deadLetterTopic, retryTopic }: Extract<AclRole, { kind: 'subscriber' }>,
  scope: AclScope,
): readonly AclGrant[] => {
  const { topic, grant } = granting(scope);
  return [
    ...scope.topics.map((name) =>
      topic(name, ['read', 'describe', 'describe-configs'], 'reads events, and checks the topic'),
    ),
    ...[deadLetterTopic, retryTopic].map((name) =>
      topic(
        name,
        ['read', 'write', 'create', 'describe', 'describe-configs'],
        'parks what fails, and tries it again',
      ),
    ),
    grant({
      resource: 'transactional-id',
      name: `${deadLetterTopic}.`,
      pattern: 'prefixed',
      operations: ['write', 'describe'],
      because: 'parks an event as a whole or not at all',
    }),
    grant({
      resource: 'group',
      name: group,
      pattern: 'literal',
      operations: ['read', 'describe'],
      because: 'is a member of the group, and commits',
    }),
  ];
};

/** What publishers and subscribers do with the topics of Baton: they read what is decided, and answer. */
const following = (scope: AclScope): readonly AclGrant[] => {
  const { topic } = granting(scope);
  return [
    topic(scope.controlTopic, ['read', 'write', 'describe'], 'follows the control log, and answers'),
    topic(scope.presenceTopic, ['read', 'write', 'describe'], 'says that it lives'),
  ];
};

const scripting = (
  { groupTopics }: Extract<AclRole, { kind: 'script' }>,
  scope: AclScope,
): readonly AclGrant[] => {
  const { topic, grant } = granting(scope);
  return [
    ...scope.topics.map((name) =>
      topic(
        name,
        ['read', 'create', 'describe', 'describe-configs', 'alter'],
        'creates the topic, looks at its newest records and ends, and ends writes to it',
      ),
    ),
    ...groupTopics.map((name) =>
      topic(
        name,
        ['read', 'create', 'describe', 'describe-configs'],
        'creates the topic, and counts what is left of a version',
      ),
    ),
    topic(scope.controlTopic, ['read', 'write', 'create', 'describe', 'describe-configs'], 'decides'),
    topic(scope.presenceTopic, ['read', 'create', 'describe', 'describe-configs'], 'sees who lives'),
    grant({
      resource: 'group',
      name: '*',
      pattern: 'literal',
      operations: ['describe'],
      because: 'sees every group that reads a version, registered or not',
    }),
    grant({
      resource: 'cluster',
      name: 'kafka-cluster',
      pattern: 'literal',
      operations: ['describe', 'describe-configs', 'alter'],
      because: 'lists groups, and has writes to retired versions refused',
    }),
  ];
};

const granting = ({ principal }: AclScope) => {
  const grant = (rest: Omit<AclGrant, 'principal'>): AclGrant => ({ principal, ...rest });
  const topic = (name: string, operations: readonly AclOperation[], because: string): AclGrant =>
    grant({ resource: 'topic', name, pattern: 'literal', operations, because });
  return { grant, topic };
};
