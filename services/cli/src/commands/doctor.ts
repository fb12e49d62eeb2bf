import { loadCatalog } from '@baton/contracts';
import { z } from 'zod';
import type { Context } from '../context';
import { enforcedMargin, versionsUpTo } from '../control-access';
import { type CheckResult, examined, warn } from '../doctor/check-result';
import { judgeClocks, readClocks } from '../doctor/clocks';
import { examineCatalog, examineRegistry, examineRegistryWrites } from '../doctor/schemas';
import { examineEventTopics, examineOwnTopics } from '../doctor/topic-settings';
import type { Style } from '../output/style';
import { defineCommand } from './command';
import { list, schemaVersion } from './document-parts';

const output = z.strictObject({
  schemaVersion,
  healthy: z.boolean(),
  checks: list(
    z.strictObject({
      check: z.string(),
      outcome: z.enum(['ok', 'warn', 'fail']),
      found: z.string(),
      mend: z.string().exactOptional().meta({ description: 'what to do about it' }),
    }),
  ),
});
type DoctorDocument = {
  readonly schemaVersion: 1;
  readonly healthy: boolean;
  readonly checks: readonly CheckResult[];
};

/** `baton doctor` */
export const doctor = defineCommand<object, DoctorDocument>({
  path: ['doctor'],
  summary: 'Examine broker, registry, topics, authorizer, schemas and clocks, and say what to mend',
  details: [
    'It changes nothing but this: it stores a schema that means nothing under the subject baton.doctor-value, and writes and removes a probe in the presence topic, to read the broker’s clock.',
  ],
  examples: ['baton doctor', 'baton doctor -o json'],
  input: z.object({}),
  output,
  run: async (_input, context) => {
    const checks = await examineAll(context);
    const healthy = checks.every(({ outcome }) => outcome !== 'fail');
    return {
      document: { schemaVersion: 1, healthy, checks },
      exit: healthy ? 'ok' : 'failure',
      next: healthy ? 'baton status' : 'mend what failed, then: baton doctor',
    };
  },
  render: ({ checks }, style) => checks.map((result) => line(result, style)).join('\n'),
});

const line = ({ check, outcome, found, mend }: CheckResult, style: Style): string =>
  [
    `${mark(outcome, style)} ${style.strong(check)}: ${found}`,
    ...(mend === undefined ? [] : [`     → ${mend}`]),
  ].join('\n');

const mark = (outcome: CheckResult['outcome'], style: Style): string => {
  switch (outcome) {
    case 'ok':
      return style.good('ok  ');
    case 'warn':
      return style.warning('warn');
    case 'fail':
      return style.bad('fail');
  }
};

const examineAll = async (context: Context): Promise<readonly CheckResult[]> => {
  const { progress } = context;
  progress.step('looking at the registry');
  const registry = await examineSchemas(context);
  progress.step('looking at the broker');
  const broker = await examined('broker', brokerMend, async () => [await examineBroker(context)]);
  if (broker.some(({ outcome }) => outcome === 'fail')) return [...registry, ...broker];
  progress.step('looking at topics and clocks');
  return [...registry, ...broker, ...(await examineTopics(context)), ...(await examineClocks(context))];
};

const brokerMend = 'Check the address (baton config show), and that the broker runs.';
const registryMend = 'Check the address (baton config show), and that the registry runs.';

const examineSchemas = async (context: Context): Promise<readonly CheckResult[]> => {
  const folder = context.settings.schemas.value;
  const catalog = folder === undefined ? undefined : loadCatalog(folder);
  const { entries, schemas, findings } = catalog ?? { entries: [], schemas: [], findings: [] };
  return [
    ...(catalog === undefined
      ? [
          warn(
            'schemas',
            'no folder with event types was found',
            'Give --schemas, or run: baton schema new TYPE',
          ),
        ]
      : examineCatalog(catalog)),
    ...(await examined('registry', registryMend, () =>
      examineRegistry({ folder: folder ?? '', entries, schemas, findings }, context.registry()),
    )),
    ...(await examined(
      'registry writes',
      'Allow this user to register schemas, or let somebody else do it.',
      () => examineRegistryWrites(context.registry()),
    )),
  ];
};

const examineBroker = async ({ broker, settings }: Context): Promise<CheckResult> => {
  const groups = await broker().groupReader.list();
  return {
    check: 'broker',
    outcome: 'ok',
    found: `${settings.brokers.value?.join(', ') ?? ''} answers; ${groups.length} consumer group(s)`,
  };
};

const entriesOf = ({ settings }: Context) =>
  settings.schemas.value === undefined ? [] : loadCatalog(settings.schemas.value).entries;

const examineTopics = async (context: Context): Promise<readonly CheckResult[]> => {
  const { broker, settings } = context;
  const names = { controlTopic: settings.controlTopic.value, presenceTopic: settings.presenceTopic.value };
  const results = await Promise.all([
    ...entriesOf(context).map((entry) =>
      examined(`topics of ${entry.name}`, brokerMend, () => examineEventTopics(entry, broker().topicReader)),
    ),
    examined('topics of Baton', brokerMend, () => examineOwnTopics(names, broker().topicReader)),
    examined('authorizer', brokerMend, () => examineAuthorizer(context)),
  ]);
  return results.flat();
};

const authorizerMend =
  'Set authorizer.class.name on the brokers (with allow.everyone.if.no.acl.found=true nothing else changes). Without it writes to a retired version cannot be refused.';

const examineAuthorizer = async ({ broker }: Context): Promise<readonly CheckResult[]> => {
  const { authorizer } = broker();
  if (authorizer === undefined) {
    return [warn('authorizer', 'unknown: this client cannot ask for it', authorizerMend)];
  }
  return (await authorizer()) === 'on'
    ? [{ check: 'authorizer', outcome: 'ok', found: 'on: writes to a retired version can be refused' }]
    : [warn('authorizer', 'off', authorizerMend)];
};

const examineClocks = (context: Context): Promise<readonly CheckResult[]> =>
  examined('clocks', 'Run: baton topics apply', async () => {
    if ((await context.broker().topicReader.settings(context.settings.presenceTopic.value)) === undefined) {
      return [warn('clocks', 'not compared, for want of the presence topic', 'Run: baton topics apply')];
    }
    const margins = await Promise.all(
      entriesOf(context).map(({ name, versions }) =>
        enforcedMargin(name, versionsUpTo(Math.max(...versions.map(({ version }) => version))), context),
      ),
    );
    const presence = context.broker().presence();
    try {
      const reading = await readClocks(presence, {
        clock: context.clock,
        probe: `doctor ${context.newId()}`,
      });
      return [judgeClocks(reading, Math.min(...margins, 60_000))];
    } finally {
      await presence.close();
    }
  });
