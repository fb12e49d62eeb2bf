import { createManualClock } from '../manual-clock';
import { createFaultBoard } from './fault-board';
import type { ProxyFault } from './faults';
import { createSignal } from './signal';

const newBoard = () => createFaultBoard(createSignal(createManualClock(0)));

describe('the faults in force', () => {
  it.each<[ProxyFault, number]>([
    [{ kind: 'drop', direction: 'responses', api: 26 }, 1],
    [{ kind: 'drop', direction: 'responses', api: 26, times: 3 }, 3],
    [{ kind: 'reset', direction: 'requests' }, 1],
    [{ kind: 'reset', direction: 'requests', times: 2 }, 2],
  ])('end by themselves after as many hits as asked for: %j', (fault, times) => {
    const board = newBoard();
    const active = board.inject(fault);
    for (let hit = 1; hit <= times; hit += 1) {
      expect(board.live()).toEqual([active]);
      active.hit();
    }
    expect([board.live(), active.hits()]).toEqual([[], times]);
  });

  it.each<[ProxyFault]>([
    [{ kind: 'cut' }],
    [{ kind: 'latency', ms: 1, api: 26 }],
    [{ kind: 'throttle', bytesPerSecond: 1 }],
  ])('stay until they are ended: %j', (fault) => {
    const board = newBoard();
    const [active, other] = [board.inject(fault), board.inject({ kind: 'half-open' })];
    for (let hit = 0; hit < 10; hit += 1) active.hit();
    expect(board.live()).toEqual([active, other]);
    active.end();
    active.end();
    expect(board.live()).toEqual([other]);
    board.heal();
    expect(board.live()).toEqual([]);
  });

  it('wake those who wait for a change', async () => {
    const board = newBoard();
    const woken = board.changed.wait();
    board.inject({ kind: 'cut' });
    await expect(woken).resolves.toBeUndefined();
  });
});
