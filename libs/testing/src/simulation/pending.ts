import { outboxSource } from './outbox-program';
import type { World } from './world';

/** What has not settled, in words. */
export const pendingIn = (world: World): readonly string[] => {
  const calls = world.openCalls().map((call) => `publish call ${call} has not ended`);
  const hosts = [...world.publishers.values(), ...world.members.values()].flatMap(({ host }) =>
    host.isUp() ? [] : [`${host.name} does not run`],
  );
  const behind = world.plan.groups.flatMap(({ group }) => behindOf(world, group));
  const unsent = world.database.outbox.unsentOf(outboxSource).length;
  const outbox = unsent === 0 ? [] : [`${unsent} events are in the outbox`];
  return [...calls, ...hosts, ...outbox, ...behind];
};

/** Where a group has not committed to the end of what its members read. */
export const behindOf = (world: World, group: string): readonly string[] => {
  const reads = new Set(
    [...world.members.values()].flatMap((member) => (member.group === group ? member.reads : [])),
  );
  return [...reads].flatMap((version) => {
    const topic = world.topic(version);
    return world.broker.logs(topic).flatMap((log, partition) => {
      const { offset } = world.broker.group(group).offsets.get({ topic, partition });
      const end = log.highWatermark();
      return offset === end
        ? []
        : [`${group} stands at ${offset ?? 'no offset'} of ${topic}/${partition}, which ends at ${end}`];
    });
  });
};
