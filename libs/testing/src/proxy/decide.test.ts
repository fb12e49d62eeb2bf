import { covers, delayMs, delaysOf, fateOf, type MessageFacts, rateOf, throttlesOf } from './decide';
import type { ProxyFault } from './faults';

const message = (more: Partial<MessageFacts> = {}): MessageFacts => ({
  direction: 'responses',
  api: 26,
  version: 1,
  connection: 4,
  broker: '127.0.0.1:9092',
  clientId: 'lending',
  ...more,
});
const fate = (faults: readonly ProxyFault[], more: Partial<MessageFacts> = {}) =>
  fateOf(
    faults.map((fault) => ({ fault })),
    message(more),
  ).kind;

describe('the fate of a message', () => {
  it.each<[string, ProxyFault, string, string]>([
    ['cut', { kind: 'cut' }, 'reset', 'reset'],
    ['half-open', { kind: 'half-open' }, 'hold', 'hold'],
    ['one-way for requests', { kind: 'one-way', passes: 'requests' }, 'pass', 'drop'],
    ['one-way for responses', { kind: 'one-way', passes: 'responses' }, 'drop', 'pass'],
    ['a dropped response', { kind: 'drop', direction: 'responses', api: 26 }, 'pass', 'drop'],
    ['a dropped request', { kind: 'drop', direction: 'requests', api: 26 }, 'drop', 'pass'],
    [
      'a response lost with its connection',
      { kind: 'drop', direction: 'responses', api: 26, after: 'close' },
      'pass',
      'close',
    ],
    [
      'a dropped response of another request',
      { kind: 'drop', direction: 'responses', api: 0 },
      'pass',
      'pass',
    ],
    ['a reset inside a request', { kind: 'reset', direction: 'requests' }, 'reset-inside', 'pass'],
    [
      'a reset inside one response',
      { kind: 'reset', direction: 'responses', api: 26 },
      'pass',
      'reset-inside',
    ],
    ['a reset inside another response', { kind: 'reset', direction: 'responses', api: 1 }, 'pass', 'pass'],
    ['latency', { kind: 'latency', ms: 5 }, 'pass', 'pass'],
  ])('under %s', (_, fault, request, response) => {
    expect([fate([fault], { direction: 'requests' }), fate([fault])]).toEqual([request, response]);
  });

  it('is to pass without a fault', () => {
    expect(fate([])).toBe('pass');
  });

  it('is the hardest of several faults', () => {
    const drop = { kind: 'drop', direction: 'responses', api: 26 } as const;
    expect(fate([drop, { kind: 'half-open' }])).toBe('hold');
    expect(fate([{ kind: 'half-open' }, { kind: 'cut' }])).toBe('reset');
  });

  it('is not touched by faults for other brokers, clients and connections', () => {
    const elsewhere = [{ broker: '127.0.0.1:1' }, { clientId: 'reminders' }, { connection: 5 }];
    expect(fate(elsewhere.map((scope) => ({ kind: 'cut', ...scope })))).toBe('pass');
    expect(fate([{ kind: 'cut', broker: '127.0.0.1:9092', clientId: 'lending', connection: 4 }])).toBe(
      'reset',
    );
  });

  it('of a connection without a request yet is not that of a client', () => {
    expect(covers({ clientId: 'lending' }, message({ clientId: undefined }))).toBe(false);
  });
});

describe('the pace of a message', () => {
  it('is delayed by all latencies that cover it, with their jitter', () => {
    const faults: ProxyFault[] = [
      { kind: 'latency', ms: 100, jitterMs: 50 },
      { kind: 'latency', ms: 10, direction: 'responses' },
      { kind: 'latency', ms: 1_000, direction: 'requests' },
      { kind: 'latency', ms: 1_000, api: 0 },
    ];
    const delays = delaysOf(
      faults.map((fault) => ({ fault })),
      message(),
    );
    expect(delayMs(delays, () => 0.5)).toBe(135);
  });

  it('is that of the narrowest throttle, and unbounded without one', () => {
    const faults: ProxyFault[] = [
      { kind: 'throttle', bytesPerSecond: 2_000 },
      { kind: 'throttle', bytesPerSecond: 500 },
      { kind: 'throttle', bytesPerSecond: 10, direction: 'requests' },
    ];
    const throttles = throttlesOf(
      faults.map((fault) => ({ fault })),
      message(),
    );
    expect(rateOf(throttles)).toBe(500);
    expect(rateOf([])).toBe(Number.POSITIVE_INFINITY);
  });
});
