import { check } from '../check/check';
import { HistoryMaker, smallSetting, start } from '../check/make-history';
import type { Violation } from '../history';
import { narrate } from './narrate';

/** An event that is handled as v1 and, after a binding, as v2. */
const doubled = (): HistoryMaker => {
  const h = new HistoryMaker().registers().joins().reads().delivers();
  h.after(1_000).proposes(2, 10_000).delivers().acknowledges().lists(['m-r1']).confirms().delivers();
  h.after(10_500).beats().publish('e0').handles('e0', 2);
  h.after(845).publish('e1').handles('e1', 1).after(655).handles('e1', 2);
  h.add({ kind: 'disturbed', what: 'kill', process: 'reminders-1', text: 'reminders-1 is killed' });
  return h;
};

const traceOf = (h: HistoryMaker, property: string): readonly string[] => {
  const violation = check(h.history(), smallSetting).find((one) => one.property === property);
  if (violation === undefined) throw new Error(`Expected ${property} to be broken.`);
  return narrate(h.history(), violation, smallSetting);
};

describe('a trace', () => {
  const trace = () => traceOf(doubled(), 'handled-in-one-version');

  it('says first what was expected and what happened', () => {
    expect(trace()[0]).toBe(
      'doubled (handled-in-one-version): Expected group reminders to handle e1 of lending in one version, but it did as v1 and as v2.',
    );
  });

  it('tells what happened to the event, and marks what shows the violation', () => {
    expect(trace().filter((line) => line.includes('e1'))).toEqual([
      trace()[0],
      '  +12.345 s e1 is stored at lending.BooksBorrowed.v1[0]@2 by lending-1 (key k, created +12.345 s, published as 1,2)',
      '  +12.345 s e1 is stored at lending.BooksBorrowed.v2[0]@2 by lending-1 (key k, created +12.345 s, published as 1,2)',
      '  +12.345 s the caller of call 2 is told: committed as e1',
      '  +12.345 s r1 (generation 1) begins e1 as v1 from lending.BooksBorrowed.v1[0]@2',
      '> +12.345 s r1 (generation 1) handled e1 as v1 from lending.BooksBorrowed.v1[0]@2',
      '  +13.000 s r1 (generation 1) begins e1 as v2 from lending.BooksBorrowed.v2[0]@2',
      '> +13.000 s r1 (generation 1) handled e1 as v2 from lending.BooksBorrowed.v2[0]@2',
    ]);
  });

  it('tells the bindings of the group, and leaves out other events', () => {
    const lines = trace();
    expect(lines).toContain(
      '  +1.000 s script writes entry 1: binding-proposed (eventType lending.BooksBorrowed, group reminders, proposal b1, version 2, since +11.000 s, decideBy +21.000 s, lead 7000, expectedRevision 1)',
    );
    expect(lines.filter((line) => line.includes('e0'))).toEqual([]);
    expect(lines.at(-1)).toBe('  +13.000 s reminders-1 is killed');
  });

  it('has at most sixty lines, those that say most', () => {
    const h = doubled();
    for (let i = 0; i < 200; i += 1)
      h.after(10)
        .joins({ generation: i + 2 })
        .reads({ generation: i + 2 });
    h.handles('e1', 1, { generation: 201 });
    const lines = traceOf(h, 'handled-in-one-version');
    expect(lines.length).toBe(60);
    expect(lines.some((line) => line.startsWith('> +13.000 s r1 (generation 1) handled e1 as v2'))).toBe(
      true,
    );
  });

  it('tells a violation that no step shows', () => {
    const violation: Violation = {
      kind: 'stuck',
      property: 'everything-settles',
      text: 'reminders waits',
      steps: [],
    };
    expect(narrate(doubled().history(), violation, smallSetting).length).toBeGreaterThan(5);
    expect(narrate([], violation, smallSetting)).toEqual(['stuck (everything-settles): reminders waits']);
  });

  it('has words for everything that can happen', () => {
    const h = doubled().store('e2').endTransaction('abort').moves(1, 0, 2).commits(1, 2).fails('e1', 1);
    h.commits(1, 2, {}, 'refused')
      .beats()
      .sees([[Number.NEGATIVE_INFINITY, 1]]);
    const place = { topic: 'lending.BooksBorrowed.v1', partition: 0 };
    h.add({ kind: 'producer-connected', process: 'lending-1', transactionalId: 'lending-1-0' });
    h.add({ kind: 'end-read', process: 'r1', ...place, end: 3 });
    h.add({ kind: 'offsets-expired', group: 'reminders' });
    h.add({ kind: 'retention', ...place, offset: 1 });
    const about = { eventType: 'lending.BooksBorrowed', version: 1, verdict: 'safe' } as const;
    h.add({ kind: 'verdict-given', process: 'script', question: 'can-drop', group: 'reminders', ...about });
    h.add({ kind: 'script-ended', process: 'script', script: 'bind', result: 'bound' });
    h.settles(['r1 waits']);
    const steps = h.entries.map(({ step }) => step);
    const whole: Violation = { kind: 'unsafe', property: 'any', text: 'any', steps };
    const lines = narrate(h.history(), whole, smallSetting).join('\n');
    expect(lines).not.toMatch(/undefined|\[object|NaN/);
    expect(h.entries[0]?.at).toBe(start);
  });
});
