import { type ConnectionPool, inTransaction } from './pool-transaction';

/** A pool of one connection that notes what is asked of it. */
const notingPool = () => {
  const asked: string[] = [];
  const pool: ConnectionPool = {
    connect: async () => ({
      query: async (statement) => {
        const text = typeof statement === 'string' ? statement : statement.text;
        asked.push(text);
        return { rows: [], command: text };
      },
      on: () => {},
      off: () => {},
      release: (broken) => void asked.push(broken === undefined ? '(released)' : '(ended)'),
    }),
  };
  return { pool, asked };
};

describe('a transaction', () => {
  it('refuses what a branch of its work does after another has failed', async () => {
    const { pool, asked } = notingPool();
    let goOn = (): void => {};
    let late: Promise<unknown> = Promise.resolve();
    const working = inTransaction(pool, async (tx) => {
      const held = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      late = held.then(() => tx.query('INSERT late effect'));
      await Promise.all([late, Promise.reject(new Error('the other branch'))]);
    });
    await expect(working).rejects.toThrow('the other branch');
    goOn();
    await expect(late).rejects.toMatchObject({ code: 'transaction-ended' });
    expect(asked).toEqual(['BEGIN', 'ROLLBACK', '(released)']);
  });

  it('refuses what comes after its commit', async () => {
    const { pool, asked } = notingPool();
    const tx = await inTransaction(pool, async (it) => it);
    await expect(tx.query('INSERT late effect')).rejects.toMatchObject({ code: 'transaction-ended' });
    expect(asked).toEqual(['BEGIN', 'COMMIT', '(released)']);
  });

  it('ends its connection if the rollback is held up, by a statement that still runs', async () => {
    const { asked } = notingPool();
    const pool: ConnectionPool = {
      connect: async () => ({
        query: async (statement) => {
          if (typeof statement === 'string') return { rows: [], command: statement };
          expect(statement.query_timeout).toBeLessThan(5_000);
          throw new Error('Query read timeout');
        },
        on: () => {},
        off: () => {},
        release: (broken) => void asked.push(broken === undefined ? '(released)' : '(ended)'),
      }),
    };
    const failing = inTransaction(pool, () => Promise.reject(new Error('left behind')));
    await expect(failing).rejects.toThrow('left behind');
    expect(asked).toEqual(['(ended)']);
  });
});
