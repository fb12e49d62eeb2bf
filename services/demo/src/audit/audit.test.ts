import fc from 'fast-check';
import { audit, findings } from './audit';
import type { AcknowledgedEvent, AuditFigures, AuditInput, CommittedRecord, Effect } from './types';

const event = (id: string, key = 'k'): AcknowledgedEvent => ({ id, key });

const record = (id: string, version: number, publishedVersions = '1,2', key = 'k'): CommittedRecord => ({
  version,
  partition: 0,
  id,
  key,
  createdAt: 1000,
  publishedVersions,
});

const twins = (id: string, key = 'k'): readonly CommittedRecord[] => [
  record(id, 1, '1,2', key),
  record(id, 2, '1,2', key),
];

const effect = (id: string, sequence: number, rest: Partial<Effect> = {}): Effect => ({
  id,
  key: 'k',
  version: 1,
  instance: 'reminders-1',
  sequence,
  at: 1000 + sequence,
  ...rest,
});

const auditOf = (ids: readonly string[], effects: readonly Effect[]): AuditFigures =>
  audit({
    acknowledged: ids.map((id) => event(id)),
    records: ids.flatMap((id) => twins(id)),
    effects: { reminders: effects },
  });

const group = (figures: AuditFigures) => figures.groups.reminders;

describe('the audit', () => {
  it('finds nothing where every event was handled once, in order', () => {
    const figures = auditOf(
      ['a', 'b', 'c'],
      [effect('a', 1), effect('b', 2), effect('c', 3, { version: 2 })],
    );
    expect(figures).toEqual({
      published: 3,
      unacknowledged: 0,
      torn: 0,
      unequalTwins: 0,
      groups: {
        reminders: {
          handled: { '1': 2, '2': 1 },
          lost: 0,
          doubled: 0,
          redelivered: 0,
          outOfOrder: 0,
          unpublished: 0,
        },
      },
    });
    expect(findings(figures)).toEqual([]);
  });

  it('counts an acknowledged event that nobody handled as lost', () => {
    expect(group(auditOf(['a', 'b'], [effect('a', 1)]))).toMatchObject({ lost: 1, handled: { '1': 1 } });
  });

  it('counts an event handled in both versions as doubled, once, and not as redelivered', () => {
    const effects = [effect('a', 1), effect('a', 2, { version: 2 })];
    expect(group(auditOf(['a'], effects))).toMatchObject({
      doubled: 1,
      redelivered: 0,
      handled: { '1': 1, '2': 1 },
    });
  });

  it('counts each repeated row of one version as redelivered, in another instance too', () => {
    const effects = [effect('a', 1), effect('a', 2), effect('a', 1, { instance: 'reminders-2' })];
    expect(group(auditOf(['a'], effects))).toMatchObject({ redelivered: 2, doubled: 0, handled: { '1': 1 } });
  });

  it('counts a handled event that no committed record carries as unpublished', () => {
    const effects = [effect('a', 1), effect('ghost', 2), effect('ghost', 3)];
    expect(group(auditOf(['a'], effects))).toMatchObject({ unpublished: 1, lost: 0, outOfOrder: 0 });
  });

  it('counts an event as torn whose header names a topic where it is not visible', () => {
    const figures = audit({ acknowledged: [event('a')], records: [record('a', 2)], effects: {} });
    expect(figures.torn).toBe(1);
    expect(findings(figures)).toEqual(['1 torn']);
  });

  it('counts an event as torn that is visible on a topic its header leaves out', () => {
    const records = [record('a', 1, '1'), record('a', 2, '1')];
    expect(audit({ acknowledged: [event('a')], records, effects: {} }).torn).toBe(1);
  });

  it('accepts a committed repetition of an event on the same topics', () => {
    const records = [...twins('a'), ...twins('a')];
    expect(audit({ acknowledged: [event('a')], records, effects: {} })).toMatchObject({
      torn: 0,
      unequalTwins: 0,
    });
  });

  it.each([{ key: 'other' }, { createdAt: 1001 }, { partition: 1 }])(
    'counts twins that disagree on %j as unequal',
    (difference) => {
      const records = [record('a', 1), { ...record('a', 2), ...difference }];
      expect(audit({ acknowledged: [event('a')], records, effects: {} }).unequalTwins).toBe(1);
    },
  );

  it('counts a committed event without an answer as unacknowledged, not as a fault', () => {
    const records = [...twins('a'), ...twins('b')];
    const effects = { reminders: [effect('a', 1), effect('b', 2)] };
    const figures = audit({ acknowledged: [event('a')], records, effects });
    expect(figures).toMatchObject({ published: 1, unacknowledged: 1 });
    expect(findings(figures)).toEqual([]);
  });

  it('judges every group by itself', () => {
    const figures = audit({
      acknowledged: [event('a')],
      records: twins('a'),
      effects: { reminders: [effect('a', 1)], statistics: [] },
    });
    expect(figures.groups.reminders?.lost).toBe(0);
    expect(figures.groups.statistics?.lost).toBe(1);
    expect(findings(figures)).toEqual(['statistics: 1 lost']);
  });
});

describe('the order of first handlings', () => {
  const outOfOrder = (ids: string, effects: readonly Effect[]): number | undefined =>
    group(auditOf([...ids], effects))?.outOfOrder;
  const inOneInstance = (ids: string): readonly Effect[] =>
    [...ids].map((id, index) => effect(id, index + 1));

  it.each([
    { handled: 'abcd', count: 0 },
    { handled: 'acbd', count: 1 },
    { handled: 'dabc', count: 1 },
    { handled: 'bcda', count: 1 },
    { handled: 'badc', count: 2 },
    { handled: 'dcba', count: 3 },
  ])('counts $count where abcd was handled as $handled', ({ handled, count }) => {
    expect(outOfOrder('abcd', inOneInstance(handled))).toBe(count);
  });

  it('looks at the first handling only, so a redelivery changes nothing', () => {
    expect(outOfOrder('ab', inOneInstance('aba'))).toBe(0);
  });

  it('compares events of one key only', () => {
    const figures = audit({
      acknowledged: [event('a', 'k'), event('b', 'other')],
      records: [...twins('a', 'k'), ...twins('b', 'other')],
      effects: { reminders: [effect('b', 1, { key: 'other' }), effect('a', 2)] },
    });
    expect(group(figures)?.outOfOrder).toBe(0);
  });

  it('orders the rows of two instances by their clocks', () => {
    const effects = [
      effect('a', 7, { instance: 'reminders-2', at: 30 }),
      effect('b', 1, { instance: 'reminders-1', at: 20 }),
    ];
    expect(outOfOrder('ab', effects)).toBe(1);
  });

  it('orders the rows of one instance by sequence, whatever its clock says', () => {
    expect(outOfOrder('ab', [effect('a', 1, { at: 30 }), effect('b', 2, { at: 20 })])).toBe(0);
    expect(outOfOrder('ab', [effect('b', 1, { at: 30 }), effect('a', 2, { at: 20 })])).toBe(1);
  });

  it('takes rows of two instances in the same millisecond in publish order', () => {
    const effects = [
      effect('b', 1, { instance: 'reminders-1', at: 20 }),
      effect('a', 1, { instance: 'reminders-2', at: 20 }),
    ];
    expect(outOfOrder('ab', effects)).toBe(0);
  });
});

describe('any clean history', () => {
  interface Choice {
    readonly key: string;
    readonly published: '1' | '1,2' | '2';
    readonly instance: string;
  }
  const choices = fc.array(
    fc.record<Choice>({
      key: fc.constantFrom('k1', 'k2', 'k3'),
      published: fc.constantFrom('1', '1,2', '2'),
      instance: fc.constantFrom('reminders-1', 'reminders-2'),
    }),
    { minLength: 2, maxLength: 30 },
  );

  const historyOf = (
    history: readonly Choice[],
  ): AuditInput & { effects: { reminders: readonly Effect[] } } => ({
    acknowledged: history.map(({ key }, index) => event(`e${index}`, key)),
    records: history.flatMap(({ key, published }, index) =>
      published.split(',').map((v) => record(`e${index}`, Number(v), published, key)),
    ),
    effects: {
      reminders: history.map(({ key, published, instance }, index) =>
        effect(`e${index}`, index + 1, { key, instance, version: Number(published.split(',').at(-1)) }),
      ),
    },
  });

  it('is clean, and stays so whatever the order in which rows are listed', () => {
    fc.assert(
      fc.property(choices, fc.infiniteStream(fc.nat()), (history, random) => {
        const { acknowledged, records, effects } = historyOf(history);
        const shuffled = [...effects.reminders]
          .map((row) => ({ row, place: random.next().value as number }))
          .sort((a, b) => a.place - b.place)
          .map(({ row }) => row);
        const figures = audit({ acknowledged, records, effects: { reminders: shuffled } });
        expect(findings(figures)).toEqual([]);
        const handled = Object.values(figures.groups.reminders?.handled ?? {});
        expect(handled.reduce((sum, n) => sum + n, 0)).toBe(history.length);
      }),
    );
  });

  it('with one fault put in shows that fault in its own figure and in no other', () => {
    fc.assert(
      fc.property(choices, fc.nat(), fc.constantFrom(...faults), (history, at, fault) => {
        const { acknowledged, records, effects } = historyOf(history);
        const broken = fault.apply({ acknowledged, records, rows: effects.reminders }, at % history.length);
        const figures = audit({ acknowledged, records: broken.records, effects: { reminders: broken.rows } });
        const { handled: _, ...counts } = { ...group(figures), torn: figures.torn };
        const clean = { lost: 0, doubled: 0, redelivered: 0, outOfOrder: 0, unpublished: 0, torn: 0 };
        expect(counts).toEqual({ ...clean, [fault.figure]: 1 });
      }),
    );
  });

  interface Parts {
    readonly acknowledged: readonly AcknowledgedEvent[];
    readonly records: readonly CommittedRecord[];
    readonly rows: readonly Effect[];
  }
  interface Fault {
    readonly figure: string;
    readonly apply: (parts: Parts, at: number) => Parts;
  }
  const faults: readonly Fault[] = [
    {
      figure: 'lost',
      apply: (parts, at) => ({ ...parts, rows: parts.rows.filter((_, index) => index !== at) }),
    },
    {
      figure: 'doubled',
      apply: (parts, at) => ({
        ...parts,
        rows: parts.rows.flatMap((row, index) =>
          index === at ? [row, { ...row, version: 3 - row.version, sequence: 1000 }] : [row],
        ),
      }),
    },
    {
      figure: 'redelivered',
      apply: (parts, at) => ({
        ...parts,
        rows: parts.rows.flatMap((row, index) => (index === at ? [row, { ...row, sequence: 1000 }] : [row])),
      }),
    },
    {
      figure: 'unpublished',
      apply: (parts, at) => ({
        ...parts,
        rows: [...parts.rows, { ...effect('ghost', 1000), key: parts.rows[at]?.key ?? 'k1' }],
      }),
    },
    {
      figure: 'torn',
      apply: (parts, at) => ({
        ...parts,
        records: parts.records.map((row) =>
          row.id === `e${at}` ? { ...row, publishedVersions: '1,2,3' } : row,
        ),
      }),
    },
  ];
});
