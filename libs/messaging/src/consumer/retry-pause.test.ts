import { BatonError } from '@baton/core';
import { ParkingWorld } from '../../test/parking-world';
import { type Logger, silentLogger } from '../ports/runtime';
import { retryPauseMs } from './retry-pause';

describe('the pause before the next try', () => {
  it('doubles up to the longest', () => {
    const pauses = [1, 2, 3, 4, 60].map((failures) =>
      retryPauseMs(failures, { first: 100, longest: 500, random: () => 0 }),
    );
    expect(pauses).toEqual([100, 200, 400, 500, 500]);
  });

  it('leaves a share of itself to chance, so that many do not come back at one moment', () => {
    const pauses = [0, 0.5, 0.999].map((drawn) =>
      retryPauseMs(9, { first: 100, longest: 1_000, random: () => drawn }),
    );
    expect(pauses).toEqual([1_000, 900, 800]);
  });
});

describe('a consumer spreads by chance', () => {
  /** The pauses of the first tries, as they are logged. */
  const pausesOf = async (what: 'handler' | 'reading', random: () => number) => {
    const world = new ParkingWorld();
    const pauses: unknown[] = [];
    const logger: Logger = {
      ...silentLogger,
      warn: (fields) => void ('pauseMs' in fields && pauses.push(fields.pauseMs)),
    };
    const decode = () => Promise.reject(new BatonError('registry-unavailable', 'away'));
    world.put([1]);
    await world.started('m', {
      onEvent: () => {
        throw new Error('not yet');
      },
      deps: {
        random,
        logger,
        ...(what === 'handler' ? {} : { codec: { ...world.codec, decode } }),
      },
    });
    await world.clock.until(() => pauses.length >= 2);
    return pauses.slice(0, 2);
  };

  it.each(['handler', 'reading'] as const)('the tries after a failure of %s', async (what) => {
    const whole = await pausesOf(what, () => 0);
    const spread = await pausesOf(what, () => 0.5);
    expect(spread).toEqual(whole.map((pause) => Math.round(Number(pause) * 0.9)));
  });
});
