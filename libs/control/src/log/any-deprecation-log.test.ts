import fc from 'fast-check';
import {
  acknowledged,
  announced,
  bindTo,
  dropped,
  eventType,
  final,
  givenUp,
  moved,
  own,
  refused,
  registered,
  retiring,
  v1,
  v2,
  vetoed,
  withdrawn,
} from '../../test-support/deprecation-log';
import {
  emptyState,
  eventTypeState,
  foldEntries,
  type LoggedEntry,
  sign,
  type UnsignedEntry,
  vetoesAt,
} from '../index';

describe('any log of deprecations', () => {
  const publisher = fc.constantFrom('a', 'b');
  const revision = fc.integer({ min: 0, max: 3 });
  const entry: fc.Arbitrary<UnsignedEntry> = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 20, max: 60 }).map((d) => announced({ deadline: d })) },
    { weight: 1, arbitrary: fc.integer({ min: 20, max: 100 }).map((d) => moved(d)) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 80 }).map((d) => vetoed(d)) },
    { weight: 1, arbitrary: fc.constant(withdrawn) },
    { weight: 5, arbitrary: fc.tuple(revision, publisher).map(([r, p]) => retiring(r, { publishers: [p] })) },
    {
      weight: 6,
      arbitrary: fc.tuple(publisher, fc.integer({ min: 1, max: 2 })).map(([p, n]) => acknowledged(p, n)),
    },
    { weight: 1, arbitrary: revision.map(givenUp) },
    { weight: 4, arbitrary: fc.constant(refused) },
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 9 }).map((end) => final({ ends: [end] })) },
    { weight: 2, arbitrary: fc.boolean().map((early) => dropped({ early })) },
    { weight: 1, arbitrary: fc.constant(registered) },
    { weight: 2, arbitrary: fc.constantFrom(...bindTo(v2, 30, 1), ...bindTo(v1, 60, 4)) },
  );
  /** Mostly at the right revision, so that some are retired. */
  const anyLog = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 6 }), entry, fc.constantFrom(true, true, true, false)), {
      minLength: 1,
      maxLength: 60,
      size: 'max',
    })
    .map((steps): LoggedEntry[] => {
      const log: LoggedEntry[] = [];
      let state = emptyState;
      let at = 1;
      for (const [step, made, mended] of steps) {
        at += step;
        const expectedRevision = eventTypeState(state, eventType).revision;
        const value =
          'expectedRevision' in made && made.kind !== 'binding-proposed' && mended
            ? { ...made, expectedRevision }
            : made;
        const one = { offset: log.length, at, value: sign(value, { by: 'x', reason: '' }) };
        log.push(one);
        state = foldEntries([one], state);
      }
      return log;
    });

  it('folds to the same state from any point that a reader starts again at', () => {
    fc.assert(
      fc.property(anyLog, fc.nat(), (log, n) => {
        const cut = n % (log.length + 1);
        expect(foldEntries(log.slice(cut), foldEntries(log.slice(0, cut)))).toEqual(foldEntries(log));
      }),
      { numRuns: 50 },
    );
  });

  it('retires a version once and for all, acknowledged by all and never under a veto; void entries change nothing', () => {
    // drawn at random, too few of the logs may come to an end to say anything
    const seed = 4;
    let retired = 0;
    fc.assert(
      fc.property(anyLog, (log) => {
        let state = emptyState;
        for (const logged of log) {
          const next = foldEntries([logged], state);
          const [was, now] = [eventTypeState(state, eventType), eventTypeState(next, eventType)];
          if (now.history.length > was.history.length) {
            if (now.history.at(-1)?.verdict.kind === 'void') {
              expect({ ...now, history: [] }).toEqual({ ...was, history: [] });
            }
            for (const [key, one] of state.groups) expect(next.groups.get(key)).toBe(one);
          }
          const [before, after] = [own(state), own(next)];
          if (before !== undefined) {
            expect(after?.deadline).toBeGreaterThanOrEqual(before.deadline);
            expect(after?.attempts).toBeGreaterThanOrEqual(before.attempts);
          }
          if (before?.phase.kind === 'retired') expect(after?.phase).toEqual(before.phase);
          if (before?.phase.kind === 'deprecated' && after?.phase.kind === 'retiring') {
            expect(logged.at).toBeGreaterThanOrEqual(before.deadline);
            expect(vetoesAt(before, logged.at)).toEqual([]);
          }
          if (before?.phase.kind !== 'retired' && after?.phase.kind === 'retired') {
            retired += 1;
            const { publishers, acknowledged: all, writes } = after.phase.retirement;
            expect(publishers.every((one) => all.has(one))).toBe(true);
            expect(writes).toBeDefined();
          }
          state = next;
        }
      }),
      { numRuns: 150, seed },
    );
    expect(retired).toBeGreaterThan(5);
  });
});
