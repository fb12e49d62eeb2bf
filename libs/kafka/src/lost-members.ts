import { type ConsumerGroupPrototype, consumerGroupPrototype, unknownMember } from './kafkajs-internals';

const installed = Symbol.for('baton.lost-members');

/**
 * Makes kafkajs join again after a join that came to nothing. Once the broker does not know a member any more, and its
 * next join is not answered in time, kafkajs goes on fetching as nobody: its heartbeats do nothing and fail never, so it
 * would not join again, however long it ran.
 */
export const installLostMembers = (): void => {
  const prototype: ConsumerGroupPrototype & { [installed]?: true } = consumerGroupPrototype();
  if (prototype[installed]) return;
  const stock = prototype.heartbeat;
  prototype.heartbeat = async function heartbeat(this: ConsumerGroupPrototype, options) {
    if (this.memberId === null) throw unknownMember();
    return stock.call(this, options);
  };
  prototype[installed] = true;
};
