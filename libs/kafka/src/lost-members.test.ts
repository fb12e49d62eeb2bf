import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup';
import { installLostMembers } from './lost-members';

/** A heartbeat of a member that the broker has forgotten, before it has joined again: its id is `null`. */
const beatAsNobody = (): Promise<void> =>
  new ConsumerGroup({ topics: [], logger: { namespace: () => ({}) } }).heartbeat({ interval: 0 });

describe('a member without an id, because its last join was not answered', () => {
  it('beats without an error, as kafkajs comes, and so never joins again', async () => {
    await expect(beatAsNobody()).resolves.toBeUndefined();
  });

  it('is told to join again', async () => {
    installLostMembers();
    await expect(beatAsNobody()).rejects.toMatchObject({ type: 'UNKNOWN_MEMBER_ID' });
  });
});
