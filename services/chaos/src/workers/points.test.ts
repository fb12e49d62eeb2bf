import type { ControlLog } from '@baton/control';
import type { BindingSource, GroupListener, GroupMember, TransactionalProducer } from '@baton/messaging';
import type { Deed } from '../history/lines';
import {
  type ConsumerPoint,
  createPoints,
  type Point,
  type Points,
  publisherPoints,
  type ScriptPoint,
  scriptPoints,
} from './points';
import { watchBindings, watchLog } from './watch-bindings';
import { watchMembers } from './watch-member';
import { watchProducers } from './watch-producer';

class Killed extends Error {}

const die = (): never => {
  throw new Killed();
};

const armedAt = (point: Point): { points: Points; deeds: Deed[] } => {
  const deeds: Deed[] = [];
  const points = createPoints({
    ...{ die, standStill: () => {} },
    history: { write: (deed) => void deeds.push(deed) },
  });
  points.arm(point);
  return { points, deeds };
};

describe('a named point', () => {
  it('kills where it is armed, once it is written down, and nowhere else', () => {
    const { points, deeds } = armedAt('after-begin');
    points.reach('after-commit');
    expect(deeds).toEqual([]);
    expect(() => points.reach('after-begin')).toThrow(Killed);
    expect(deeds).toEqual([{ kind: 'killed-at', point: 'after-begin' }]);
  });
});

describe('a named point at which a process is stopped', () => {
  it('stops it once, and lets it go on', () => {
    const [deeds, stops]: [Deed[], string[]] = [[], []];
    const points = createPoints({
      ...{ die, standStill: () => void stops.push('stopped') },
      history: { write: (deed) => void deeds.push(deed) },
    });
    points.arm('after-effect', 'stop');
    for (let times = 0; times < 2; times += 1) points.reach('after-effect');
    expect(stops).toEqual(['stopped']);
    expect(deeds).toEqual([{ kind: 'stopped-at', point: 'after-effect' }]);
  });
});

describe('a point that is disarmed', () => {
  it('lets everybody pass', () => {
    const { points, deeds } = armedAt('after-begin');
    points.disarm();
    points.reach('after-begin');
    expect(deeds).toEqual([]);
  });
});

/** Points that are reached in a turn of their own: there the error of this test's death is nobody's. */
const ofOwnTurn: readonly Point[] = ['during-send', 'during-commit'];

describe('the points of a publisher', () => {
  const publish = async (points: Points, log: string[]): Promise<void> => {
    const note = (what: string) => async () => void log.push(what);
    const made: TransactionalProducer = {
      begin: note('begin'),
      send: note('send'),
      commit: note('commit'),
      abort: note('abort'),
      close: note('close'),
    };
    const producer = await watchProducers(async () => {
      log.push('fence');
      return made;
    }, points)('id');
    await producer.begin();
    await producer.send([]);
    await producer.commit();
    log.push('acknowledged');
  };

  it.each([
    ['before-fence', []],
    ['after-fence', ['fence']],
    ['after-begin', ['fence', 'begin']],
    ['after-send-before-commit', ['fence', 'begin', 'send']],
    ['after-commit-before-ack', ['fence', 'begin', 'send', 'commit']],
  ] as const)('%s', async (point, done) => {
    const log: string[] = [];
    await expect(publish(armedAt(point).points, log)).rejects.toThrow(Killed);
    expect(log).toEqual(done);
  });

  it('are all reached by one transaction', async () => {
    const reached: Point[] = [];
    const points: Points = { arm() {}, disarm() {}, reach: (point) => void reached.push(point) };
    await publish(points, []);
    await new Promise((resolve) => setImmediate(resolve));
    expect(new Set(reached)).toEqual(new Set(publisherPoints));
    expect(ofOwnTurn.every((point) => reached.includes(point))).toBe(true);
  });
});

const member = (): { listener: () => GroupListener; member: GroupMember } => {
  let given: GroupListener | undefined;
  return {
    listener: () => {
      if (given === undefined) throw new Error('not started');
      return given;
    },
    member: {
      start: async (listener) => {
        given = listener;
      },
      pause: () => {},
      resume: () => {},
      commit: async () => {},
      committed: async () => [],
      stop: async () => {},
    },
  };
};

const options = {
  group: 'g',
  topics: [],
  assignor: { name: 'a', assign: () => new Map() },
  metadata: () => '',
  sessionTimeoutMs: 1,
  heartbeatIntervalMs: 1,
};

const quietListener: GroupListener = {
  joined: () => {},
  batch: async () => ({ nextOffset: 0 }),
  heartbeat: () => {},
  rebalancing: () => {},
  crashed: () => {},
};

describe('the points of a consumer', () => {
  const watched = (point: ConsumerPoint, held = 0) => {
    const inner = member();
    const { points, deeds } = armedAt(point);
    const history = { write: (deed: Deed) => void deeds.push(deed) };
    const made = watchMembers(() => inner.member, { history, points, heldNow: () => held })(options);
    return { made, inner, deeds };
  };

  it('after-join comes once the consumer knows its generation', async () => {
    const { made, inner, deeds } = watched('after-join');
    await made.start(quietListener);
    const generation = { id: 3, memberId: 'm', assignment: new Map([['t.v1', [0, 1]]]), joinedAt: 0 };
    expect(() => inner.listener().joined(generation)).toThrow(Killed);
    expect(deeds[0]).toEqual({
      kind: 'joined',
      group: 'g',
      member: 'm',
      generation: 3,
      assignment: { 't.v1': [0, 1] },
    });
  });

  it('after-commit comes once the broker has taken it', async () => {
    const { made, deeds } = watched('after-commit');
    await expect(made.commit(3, [{ topic: 't', partition: 0, offset: 7 }])).rejects.toThrow(Killed);
    expect(deeds.map(({ kind }) => kind)).toEqual(['commit-called', 'commit-ended', 'killed-at']);
  });

  it('during-hold comes only while a partition is held', () => {
    expect(() => watched('during-hold', 0).made.pause([])).not.toThrow();
    expect(() => watched('during-hold', 1).made.pause([])).toThrow(Killed);
  });

  it.each([
    ['before-ack-of-proposal', []],
    ['after-ack-of-proposal', ['p']],
  ] as const)('%s', async (point, answered) => {
    const answers: string[] = [];
    const bindings: BindingSource = {
      agreement: { key: '', preference: 0 },
      catchUp: async () => {},
      register: async () => {},
      of: () => ({ timeline: undefined, proposal: undefined }),
      onChange: () => () => {},
      answer: async (id) => void answers.push(id),
      close: async () => {},
    };
    const answer = watchBindings(bindings, armedAt(point).points).answer('p', 'm', { kind: 'acknowledged' });
    await expect(answer).rejects.toThrow(Killed);
    expect(answers).toEqual(answered);
  });
});

describe('the points of a script', () => {
  it.each(scriptPoints)('%s', async (point: ScriptPoint) => {
    const stored: unknown[] = [];
    const log: ControlLog = {
      id: 'log',
      append: async (value) => {
        stored.push(value);
        return { offset: 0, at: 0 };
      },
      follow: async () => {},
      catchUp: async () => {},
      close: async () => {},
    };
    const { points, deeds } = armedAt(point);
    const watched = watchLog(log, points, { write: (deed) => void deeds.push(deed) });
    const kind = point.replace(/^(before|after)-/, '');
    await expect(watched.append({ kind })).rejects.toThrow(Killed);
    expect(stored).toHaveLength(point.startsWith('after') ? 1 : 0);
    await expect(watched.append({ kind: 'another' })).resolves.toBeDefined();
  });
});
