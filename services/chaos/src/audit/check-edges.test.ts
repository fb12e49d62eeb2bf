import { Story } from '../../test-support/story';

const after = (change: (story: Story) => void): readonly string[] => {
  const story = new Story().withDatabase();
  change(story);
  return story.checks();
};

describe('the audit of an outbox', () => {
  it('is clean where everything went well, an event published twice and a row taken back included', () => {
    expect(after(() => {})).toEqual([]);
    expect(
      after((story) => {
        for (const version of [1, 2]) story.store(4, version, 1_100);
        story.did({ kind: 'row-rolled-back', note: 'p1/1/9', id: 'e9' }, 'p1');
      }),
    ).toEqual([]);
  });

  it('counts what was committed, taken back and published again', () => {
    const story = new Story().withDatabase();
    for (const version of [1, 2]) story.store(4, version, 1_100);
    story.did({ kind: 'row-rolled-back', note: 'p1/1/9', id: 'e9' }, 'p1');
    expect(story.audit().edges).toEqual({
      ...{ committed: 4, rolledBack: 1, repeated: 1 },
      effects: { taken: 4, lost: 0, doubled: 0, outOfOrder: 0 },
    });
    expect(new Story().audit().edges).toBeUndefined();
  });

  it('finds a committed row that was never published', () => {
    expect(after((story) => story.write(5, 1_200))).toEqual(['lost: committed-row-is-published']);
  });

  it('finds a row that its writer was told is committed, and the database does not have', () => {
    const checks = after((story) => story.did({ kind: 'row-committed', note: 'p1/1/9', id: 'e9' }, 'p1'));
    expect(checks).toEqual(['lost: told-row-is-committed']);
  });

  it('finds a published event whose transaction was rolled back', () => {
    const checks = after((story) => {
      story.publish(5, 1_200);
      story.handle(5, 2);
      story.effect(5, 2);
    });
    expect(checks).toEqual(['wrong: rolled-back-is-not-published']);
  });

  it.each([
    ['createdAt', { timestamp: 1_101 }],
    [
      'published versions',
      { headers: { ce_id: 'e4', ce_publishedversions: '2', ce_time: '1970-01-01T00:00:01Z' } },
    ],
    ['partition', { partition: 1, offset: 0 }],
  ] as const)('finds an attempt with another %s, though it was aborted', (_, change) => {
    const checks = after((story) => {
      story.store(4, 2, 1_100, { transactionOf: '7', ...change });
      story.store(9, 2, 1_100, { kind: 'abort-marker', transactionOf: '7', headers: {}, ...placeOf(change) });
    });
    expect(checks).toEqual(['torn: stamped-once']);
  });

  it('finds events of a key that were published against the order of their transactions', () => {
    const checks = after((story) => {
      const rows = story.shipments.map((row) => ({ ...row, n: { e3: 4, e4: 3 }[row.id] ?? row.n }));
      story.shipments.splice(0, rows.length, ...rows);
    });
    expect(checks).toEqual(['out-of-order: published-in-order-of-commits', 'out-of-order: effects-in-order']);
  });

  it('finds what is left in the outbox, and what was parked there', () => {
    const leave = (state: string) =>
      after((story) => {
        const [first] = story.outbox;
        if (first !== undefined) story.outbox.splice(0, 1, { ...first, state });
      });
    expect(leave('open')).toEqual(['stuck: outbox-is-emptied']);
    expect(leave('parked')).toEqual(['wrong: sendable-is-not-parked']);
  });
});

const placeOf = (change: object): object =>
  'partition' in change ? { partition: change.partition, offset: 1 } : {};

describe('the audit of effects', () => {
  it('is clean where handlers ran again and took effect once', () => {
    expect(after((story) => story.handle(4, 2, 'c2'))).toEqual([]);
    expect(after((story) => story.handle(1, 1, 'c2'))).toEqual([]);
  });

  it('finds an effect that is missing', () => {
    const story = new Story().withDatabase();
    story.effects.splice(3, 1);
    expect(story.checks()).toEqual(['lost: effect-for-every-event']);
    expect(story.audit().edges?.effects.lost).toBe(1);
  });

  it('finds an effect that is there twice, in the same version', () => {
    const story = new Story().withDatabase();
    story.effect(4, 2);
    expect(story.checks()).toEqual(['doubled: one-effect-for-an-event']);
    expect(story.audit().edges?.effects.doubled).toBe(1);
  });

  it('finds an effect that is there in both versions', () => {
    expect(after((story) => story.effect(4, 1))).toEqual([
      'doubled: one-effect-for-an-event',
      'wrong: effect-by-the-rule',
    ]);
  });

  it('finds an effect of an event that is committed nowhere', () => {
    expect(after((story) => story.effect(9, 2))).toContain('wrong: effect-of-a-committed-event');
  });

  it('finds effects against the order of publishing', () => {
    const story = new Story().withDatabase();
    const [first, second] = story.effects;
    if (first === undefined || second === undefined) throw new Error('no effects');
    story.effects.splice(0, 2, { ...second, n: 1 }, { ...first, n: 2 });
    expect(story.checks()).toEqual(['out-of-order: effects-in-order']);
    expect(story.audit().edges?.effects.outOfOrder).toBe(1);
  });
});
