import {
  announce,
  bindGroup,
  type ControlFollower,
  canBind,
  type EvidenceSources,
  followControlLog,
  groupState,
  retirePublisher,
  retireSubscriber,
  veto,
  withdrawVeto,
} from '@baton/control';
import { type EventType, type Version, version } from '@baton/core';
import type { BrokerClient } from '../broker/memory-broker';
import { observedLog } from './observed-log';
import type { Plan, Script } from './plan-types';
import type { Recorder } from './recorder';

export interface ScriptProgramDeps {
  readonly plan: Plan;
  readonly eventType: EventType;
  readonly recorder: Recorder;
  readonly newId: () => string;
  /** Events in the outbox that are stamped with a version. */
  readonly outbox: NonNullable<EvidenceSources['outbox']>;
}

/** What a script came to: one word, and the reasons where it was refused. */
export interface ScriptResult {
  readonly kind: string;
  readonly because: string;
}

/** Runs a script of the control package in a process, as the command does. */
export const runScript = async (
  client: BrokerClient,
  script: Script,
  deps: ScriptProgramDeps,
): Promise<ScriptResult> => {
  const { process } = client;
  const { recorder, outbox } = deps;
  const log = observedLog(await client.controlLog(), { process: process.name, recorder });
  const follower = followControlLog({ log });
  const presence = client.presence();
  const sources: EvidenceSources = {
    follower,
    groups: client.groupReader,
    offsets: client.logOffsets,
    presence,
    usage: client.usageReader,
    guard: client.topicGuard,
    outbox,
    deadLetters: 'none-configured',
  };
  try {
    return await run({ client, follower, sources }, script, deps);
  } finally {
    await follower.close();
    await presence.close();
  }
};

interface Shell {
  readonly client: BrokerClient;
  readonly follower: ControlFollower;
  readonly sources: EvidenceSources;
}

const run = async (shell: Shell, script: Script, deps: ScriptProgramDeps): Promise<ScriptResult> => {
  const { follower, sources, client } = shell;
  const { clock, process } = client;
  const signature = { by: process.name, reason: 'simulated' };
  const eventType = deps.eventType.name;
  switch (script.script) {
    case 'bind':
      return bind(shell, script, deps);
    case 'announce': {
      const { from, to, deadlineMs } = script;
      const deadline = clock.now() + deadlineMs;
      const request = { eventType, from: version(from), to: version(to), deadline };
      return inShort(await announce({ follower, offsets: sources.offsets, clock }, request, signature));
    }
    case 'veto': {
      const { group, forMs } = script;
      const request = { eventType, version: version(script.version), group, until: clock.now() + forMs };
      return inShort(await veto({ follower, clock }, request, signature));
    }
    case 'withdraw-veto': {
      const request = { eventType, version: version(script.version), group: script.group };
      return inShort(await withdrawVeto({ follower, clock }, request, signature));
    }
    case 'retire':
      return retire(shell, version(script.version), deps);
    case 'drop':
      return drop(shell, { version: version(script.version), group: script.group }, deps);
  }
};

const bind = async (
  { client, follower, sources }: Shell,
  { group, version: to, attempts }: Extract<Script, { script: 'bind' }>,
  { plan, eventType, recorder, newId }: ScriptProgramDeps,
): Promise<ScriptResult> => {
  const { leaseMs, marginMs, listingMs, decisionMs } = plan;
  const request = { group, eventType: eventType.name, version: version(to) };
  const options = {
    by: client.process.name,
    reason: 'simulated',
    versions: plan.versions.map((one) => version(one)),
    timings: { leaseMs, marginMs, listingMs, decisionMs },
    attempts,
  };
  const bindDeps = { ...sources, follower, clock: client.clock, newId };
  const result = await bindGroup(bindDeps, request, options);
  const { verdict } = canBind(groupState(follower.state(), group, eventType.name), request, result);
  const about = { group, eventType: eventType.name, version: to };
  recorder.observe({
    kind: 'verdict-given',
    process: client.process.name,
    question: 'can-bind',
    ...about,
    verdict,
  });
  return inShort(result);
};

const retire = async (
  { client, sources }: Shell,
  which: Version,
  { plan, eventType, recorder }: ScriptProgramDeps,
): Promise<ScriptResult> => {
  const result = await retirePublisher(
    sources,
    { eventType: eventType.name, version: which },
    {
      by: client.process.name,
      reason: 'simulated',
      versions: plan.versions.map((one) => version(one)),
      manifest: plan.groups.map(({ group }) => group),
      marginMs: plan.marginMs,
      clock: client.clock,
      observeMs: 500,
      waitMs: 10_000,
    },
  );
  if (result.verdict !== undefined) {
    recorder.observe({
      kind: 'verdict-given',
      process: client.process.name,
      question: 'can-stop',
      group: undefined,
      eventType: eventType.name,
      version: which,
      verdict: result.verdict.verdict,
    });
  }
  return inShort(result);
};

const drop = async (
  { client, sources }: Shell,
  { version: which, group }: { version: Version; group: string },
  { eventType, recorder }: ScriptProgramDeps,
): Promise<ScriptResult> => {
  const question = { eventType: eventType.name, version: which, group };
  const signature = { by: client.process.name, reason: 'simulated' };
  const result = await retireSubscriber(sources, question, { ...signature, clock: client.clock });
  if (result.verdict !== undefined) {
    recorder.observe({
      kind: 'verdict-given',
      process: client.process.name,
      question: 'can-drop',
      ...question,
      verdict: result.verdict.verdict,
    });
  }
  return inShort(result);
};

const inShort = ({
  kind,
  because,
}: {
  kind: string;
  because: readonly { code: string; text: string }[];
}): ScriptResult => ({ kind, because: because.map(({ code, text }) => `${code}: ${text}`).join(' ') });
