import { createManualClock } from '@baton/testing';
import { createColors } from 'picocolors';
import type { AuditFigures } from '../audit/types';
import { changeover } from '../story/phases';
import { createRunningTotal, handledIn } from './handled-counts';
import { renderScene, type Scene } from './render';
import { type DemoDocument, renderReport } from './report';
import { createLiveView, createPlainView } from './view';

const colors = createColors(false);

const scene: Scene = {
  elapsedMs: 12_340,
  story: changeover,
  entered: [
    { phase: 'v1-only', at: '2026-11-30T00:00:00.000Z' },
    { phase: 'reminders-stopped', at: '2026-11-30T00:00:10.000Z' },
  ],
  load: { total: 100, sent: 20, acknowledged: 18, unanswered: 2 },
  handled: { reminders: { '1': 7 }, statistics: { '1': 17, '2': 1 } },
};

describe('the scene', () => {
  const text = renderScene(scene, colors).join('\n');

  it('marks the phases that are over, the one that goes on, and leaves the others', () => {
    expect(text).toContain('+ everybody publishes and reads v1');
    expect(text).toContain('> reminders is stopped, its backlog builds');
    expect(text).toContain('  lending is upgraded');
  });

  it('shows what was published and handled so far', () => {
    expect(text).toContain('12.3 s  published 18 of 100, 2 requests without an answer');
    expect(text).toContain('reminders handled 7 as v1, 0 as v2');
    expect(text).toContain('statistics handled 17 as v1, 1 as v2');
  });
});

describe('the views', () => {
  const written = (make: typeof createPlainView) => {
    const clock = createManualClock(0);
    let text = '';
    const write = (part: string) => {
      text += part;
    };
    const view = make({ write, clock, colors });
    return { view, clock, text: () => text };
  };

  it('write one plain line for a phase, and no control characters', () => {
    const { view, text } = written(createPlainView);
    view.follow(() => scene);
    view.phase('v2-only');
    view.stop();
    expect(text().split('\n')).toContain('> every group is drained: lending stops v1, instance by instance');
    expect(text()).not.toContain('\u001b');
  });

  it('repaint a terminal in place', () => {
    const { view, text } = written(createLiveView);
    view.follow(() => scene);
    view.phase('reminders-stopped');
    view.stop();
    const height = renderScene(scene, colors).length;
    expect(text().split(`\u001b[${height}A`)).toHaveLength(3);
  });
});

describe('the counts of a subscriber', () => {
  it('are read from its metrics', () => {
    const metrics = [
      '# TYPE baton_decisions_total counter',
      'baton_decisions_total{group="reminders",event_type="lending.BooksBorrowed",version="1",outcome="processed"} 12',
      'baton_decisions_total{group="reminders",event_type="lending.BooksBorrowed",version="2",outcome="processed"} 3',
      'baton_decisions_total{group="reminders",event_type="lending.BooksBorrowed",version="2",outcome="skipped"} 99',
    ].join('\n');
    expect(handledIn(metrics)).toEqual({ '1': 12, '2': 3 });
  });

  it('add up over processes that begin again at zero', () => {
    const total = createRunningTotal();
    total.update('http://a', { '1': 5 });
    total.update('http://a', { '1': 7 });
    total.update('http://b', { '1': 1, '2': 2 });
    expect(total.total()).toEqual({ '1': 8, '2': 2 });
  });
});

describe('the report', () => {
  const documentOf = (figures: Partial<AuditFigures>): DemoDocument => ({
    schemaVersion: 1,
    published: 3,
    unacknowledged: 0,
    torn: 0,
    unequalTwins: 0,
    groups: {
      reminders: {
        handled: { '1': 1, '2': 2 },
        lost: 0,
        doubled: 0,
        redelivered: 0,
        outOfOrder: 0,
        unpublished: 0,
      },
    },
    unanswered: 0,
    phases: [],
    log: [],
    firstHandledAfterMs: 5000,
    durationMs: 90_000,
    folder: '/tmp/x',
    ...figures,
  });

  it('has a row for each group and says that the audit is clean', () => {
    const text = renderReport(documentOf({}), colors);
    expect(text).toMatch(/^reminders\s+v1: 1, v2: 2\s+0\s+0\s+0\s+0\s+0$/m);
    expect(text).toContain('clean: nothing lost');
  });

  it('names what is not clean', () => {
    expect(renderReport(documentOf({ torn: 2 }), colors)).toContain('not clean: 2 torn');
  });
});
