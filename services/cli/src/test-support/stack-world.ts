import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogBindings } from '@baton/control';
import { topicOf, version } from '@baton/core';
import { createKafkaPorts } from '@baton/kafka';
import { silentLogger, systemClock } from '@baton/messaging';
import { runBin } from './bin';
import { writeThing } from './contracts';
import { memberTimings, startMember, startPublisher, startSilentMember, thingOf } from './members';

interface Place {
  readonly suffix: string;
  readonly eventType: string;
  readonly controlTopic: string;
  readonly presenceTopic: string;
}

const connect = ({ controlTopic, presenceTopic }: Place, clientId: string) =>
  createKafkaPorts({
    brokers: (process.env.KAFKA_BROKERS ?? '').split(','),
    clientId,
    logger: silentLogger,
    controlTopic,
    presenceTopic,
  });

/** The command, run in a folder that holds the contract, on the topics of this place. */
const commandIn = (folder: string, { controlTopic, presenceTopic }: Place) => {
  const own = ['--control-topic', controlTopic, '--presence-topic', presenceTopic];
  const baton = (...args: readonly string[]) => runBin([...args, ...own], { cwd: folder });
  const json = async (...args: readonly string[]) => {
    const { exit, stdout, stderr } = await baton(...args, '-o', 'json');
    if (stdout === '') throw new Error(`no document; standard error says: ${stderr}`);
    return { exit, document: JSON.parse(stdout) };
  };
  /** Runs it until standard error shows `after`, and interrupts it then. */
  const interrupted = (after: RegExp, ...args: readonly string[]) =>
    runBin([...args, ...own], { cwd: folder, interruptAfter: after });
  return { baton, json, interrupted };
};

/** Publishers and members, each with connections of its own, all stopped by `stop`. */
const castIn = (place: Place) => {
  const thing = thingOf(place.eventType);
  const stops: (() => Promise<void>)[] = [];
  const cast = (clientId: string) => {
    const kafka = connect(place, clientId);
    stops.push(kafka.close);
    return { kafka, thing };
  };
  const kept = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      stopped ??= started.stop();
      return stopped;
    };
    stops.unshift(stop);
    return { ...started, stop };
  };
  return {
    publisher: (instance: string, versions: readonly number[] = [1, 2]) =>
      kept(startPublisher(cast(instance), { instance, versions })),
    member: (group: string, instance: string, reads: readonly number[] = [1, 2]) =>
      kept(startMember(cast(instance), { group, instance, reads })),
    silentMember: (group: string) => kept(startSilentMember(cast('stock'), { group })),
    stop: async (): Promise<void> => {
      for (const stop of stops) await stop();
    },
  };
};

/** An event type, a control log and groups of a test's own on the real stack, with the command to act on them. */
export const createStackWorld = () => {
  const suffix = randomUUID().slice(0, 8);
  const eventType = `test.Verb${suffix}`;
  const [controlTopic, presenceTopic] = [`test.control.${suffix}`, `test.presence.${suffix}`];
  const place = { suffix, eventType, controlTopic, presenceTopic };
  const folder = mkdtempSync(join(tmpdir(), 'baton-verbs-'));
  const topics = [1, 2].map((one) => topicOf(eventType, version(one)));
  writeThing(join(folder, 'schemas'), eventType);
  const kafka = connect(place, `verbs-${suffix}`);
  const command = commandIn(folder, place);
  const { stop, ...cast } = castIn(place);
  return {
    suffix,
    eventType,
    kafka,
    ...command,
    ...cast,
    group: (name: string) => `${name}-${suffix}`,
    /** Writes a file into the folder the command runs in. */
    write: (file: string, text: string) => writeFileSync(join(folder, file), text),
    prepare: async (): Promise<void> => {
      const { exit, stderr } = await command.baton(
        'topics',
        'apply',
        '--margin-ms',
        String(memberTimings.marginMs),
      );
      if (exit !== 0) throw new Error(stderr);
    },
    /** Registers a group as its first member does, which then leaves. */
    register: async (group: string): Promise<void> => {
      const lead = memberTimings.leaseMs + memberTimings.marginMs;
      const log = await kafka.controlLog();
      const bindings = createLogBindings({ log, group, by: 'verbs', lead, clock: systemClock });
      const handles = [version(1), version(2)];
      await bindings.register({ kind: 'event', eventType, defaultVersion: version(1), handles });
      await bindings.close();
    },
    close: async (): Promise<void> => {
      await stop();
      await kafka.topics.remove([...topics, controlTopic, presenceTopic]);
      await kafka.close();
      rmSync(folder, { recursive: true });
    },
  };
};

/** Waits until `fact` holds; rejects with the last state seen after `limitMs`. */
export const eventually = async (fact: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> => {
  const deadline = Date.now() + limitMs;
  while (!(await fact())) {
    if (Date.now() > deadline) throw new Error(`Still not so after ${limitMs} ms: ${fact}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** The codes of the reasons in a document, each once. */
export const codesOf = ({ because }: { readonly because: readonly { readonly code: string }[] }) => [
  ...new Set(because.map(({ code }) => code)),
];
