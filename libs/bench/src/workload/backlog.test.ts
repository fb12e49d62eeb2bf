import { version } from '@baton/core';
import { type Backlog, codecOf, createdAtOf, messageOf } from './backlog';
import { boundBindings } from './bound-bindings';
import { loan, loanEventType } from './loan';

const eventType = loanEventType('bench.Test1');

describe('a backlog', () => {
  it('holds each event as twins: same key, partition, stamp and identity, and the data of their version', async () => {
    const backlog: Backlog = {
      ...{ name: 'Test', events: 10, partitions: 4, stored: [1, 2] },
      eventType,
      codec: await codecOf(eventType),
    };
    const [first, second] = [messageOf(backlog, 1, 7), messageOf(backlog, 2, 7)];
    const identity = ({ key, partition, timestamp, headers }: typeof first) =>
      [key, partition, timestamp, headers?.ce_id, headers?.ce_publishedversions] as const;
    expect(identity(first)).toEqual(identity(second));
    expect(identity(first)).toEqual([loan(7).loanId, 3, String(createdAtOf(7)), expect.any(String), '1,2']);
    expect(backlog.codec.decode(eventType, 1, first.value as Buffer)).toMatchObject({
      changedBy: 'lending-service',
    });
    expect(backlog.codec.decode(eventType, 2, second.value as Buffer)).toEqual(loan(7));
    expect(second.value?.length).toBeGreaterThan(150);
    expect(second.value?.length).toBeLessThan(230);
  });

  it('is read by groups that are bound as given', async () => {
    const bound = { since: createdAtOf(5), version: version(2) };
    const bindings = await boundBindings({ group: 'readers', eventType, first: version(1), bound });
    expect(bindings.of(eventType.name).timeline?.at(-1)).toEqual(bound);
    expect(bindings.of(eventType.name).proposal).toBeUndefined();
    await bindings.close();
  });
});
