import { instantFromMillis, publishedVersions, toHeaders } from '@baton/core';
import { delay } from '@baton/messaging';
import type { InboxAct } from './inbox-plan';
import type { World } from './world';

/** Does what a plan says of inboxes. */
export const performAtInbox = (world: World, act: InboxAct): void => {
  switch (act.do) {
    case 'inbox-fault':
      world.inboxes?.network.fail(act.fault);
      return;
    case 'inbox-restart':
      world.recorder.disturb('inbox-restart', undefined, `the inboxes are away for ${act.forMs} ms`);
      world.inboxes?.restart(act.forMs);
      return;
    case 'publish-again':
      void publishAgain(world, act);
  }
};

type PublishAgain = Extract<InboxAct, { do: 'publish-again' }>;

const publishAgain = async (world: World, act: PublishAgain): Promise<void> => {
  const { broker, clock, recorder } = world;
  recorder.observe({ kind: 'published-again', source: foreignSource, id: act.id });
  const client = broker.connect(act.id);
  try {
    await sendTwins(world, act, client);
    for (const afterMs of act.afterMs) {
      await delay(clock, afterMs);
      await sendTwins(world, act, client);
    }
  } catch {
    // the version is retired, or the broker away: then it is published less often
  }
  client.process.kill();
};

const foreignSource = 'foreign';

const sendTwins = async (
  world: World,
  { id, key }: PublishAgain,
  client: ReturnType<World['broker']['connect']>,
): Promise<void> => {
  const { plan, clock } = world;
  const partition = client.partitioner(key, plan.partitions);
  const producer = await client.createProducer(id);
  await producer.begin();
  const createdAt = instantFromMillis(clock.now());
  const published = publishedVersions(plan.versions);
  const envelope = { id, source: foreignSource, type: plan.eventType, createdAt, published };
  await producer.send(
    plan.versions.map((which) => ({
      topic: world.topic(which),
      partition,
      key,
      value: Buffer.from('{}'),
      headers: toHeaders(envelope, `/subjects/${world.topic(which)}-value/versions/1`),
      timestamp: createdAt,
    })),
  );
  await producer.commit();
};
