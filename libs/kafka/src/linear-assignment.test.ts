import { type AssignedTopic, subscriptionStates } from './kafkajs-internals';
import { installLinearAssignment } from './linear-assignment';

const topics = (): AssignedTopic[] =>
  ['b.v1', 'a.v2', 'a.v1'].map((topic, i) => ({ topic, partitions: [i, 0] }));

const copyWith = <T>(sum: Record<string, T>, topic: string, value: T) => ({ ...sum, [topic]: value });

/** What kafkajs does with an assignment, and the most topics that it copied at once. */
const assignAnew = () => {
  const state = Object.create(subscriptionStates());
  const given = topics();
  state.assign(given);
  let copied = 0;
  const byTopic = (list: readonly AssignedTopic[]) =>
    list.reduce<Record<string, readonly number[]>>((sum, { topic, partitions }) => {
      copied = Math.max(copied, Object.keys(sum).length);
      return copyWith(sum, topic, partitions);
    }, {});
  const made = [byTopic(given), byTopic(state.assigned()), state.assignedPartitionsByTopic];
  return { made: JSON.stringify(made), copied };
};

describe('an assignment', () => {
  it('comes to the same as in stock kafkajs, without a copy of all topics for each of them', () => {
    const stock = assignAnew();
    installLinearAssignment();
    installLinearAssignment();
    const ours = assignAnew();
    expect(ours.made).toBe(stock.made);
    expect(stock.copied).toBe(2);
    expect(ours.copied).toBe(0);
  });

  it('may be of nothing', () => {
    const state = Object.create(subscriptionStates());
    state.assign();
    expect(state.assigned()).toEqual([]);
  });
});
