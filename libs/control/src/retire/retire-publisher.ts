import { topicOf } from '@baton/core';
import { readPublishers } from '../evidence/publishers';
import { type EvidenceOptions, type EvidenceSources, optional, readStopFacts } from '../evidence/stop-facts';
import { type Certificate, certify } from '../log/certificate';
import { type Deprecation, deprecationOf } from '../log/deprecation-state';
import type { Signature } from '../log/entries';
import { canStop, checkOutbox } from '../verdict/can-stop';
import type { StopFacts, VersionQuestion } from '../verdict/facts';
import { type Verdict, verdictOf } from '../verdict/verdict';
import { appendJudged, attemptsAgainstOthers, type UnsignedDeprecationEntry } from './append';
import { judgeEnd } from './judge-end';
import { nextRetireStep, type RetireStep } from './next-step';
import { type RefusalReason, withdrawalText } from './reasons';
import { entryOrTimeout } from './wait';

export type RetireOptions = Signature &
  EvidenceOptions & {
    /** How long to wait for acknowledgements before giving the answer `waiting` (milliseconds). */
    readonly waitMs?: number;
    readonly pollMs?: number;
    /** Decide only; nothing is appended, and nothing refused. */
    readonly dryRun?: boolean;
    /** Whether to begin where an earlier attempt was given up: for people, not for scripts that run by themselves. */
    readonly afterWithdrawal?: 'begin' | 'refuse';
    readonly progress?: (step: RetireStep) => void;
  };

export interface RetireResult extends VersionQuestion {
  readonly kind: 'retired' | 'already-retired' | 'waiting' | 'refused' | 'planned';
  /** The verdict that was asked for in this run; `undefined` if the version was on its way before. */
  readonly verdict: Verdict | undefined;
  readonly because: readonly RefusalReason[];
  /** The publishers that have not acknowledged. */
  readonly waitingFor: readonly string[];
  readonly deprecation: Deprecation | undefined;
  /** Of the end, once it is reached. */
  readonly certificate: Certificate | undefined;
}

const defaultWaitMs = 30_000;
const defaultPollMs = 500;

/**
 * Ends a version at its publishers: asks for the verdict, lets them stop without a restart, has writes refused, and
 * records the final ends. Every step is an entry of the log, so a run that dies is gone on with by the next one.
 */
export const retirePublisher = async (
  sources: EvidenceSources,
  question: VersionQuestion,
  options: RetireOptions,
): Promise<RetireResult> => {
  await sources.follower.catchUp();
  const run = runOf(sources, question, options);
  if (ownOf(run)?.phase.kind === 'retired') return result(run, 'already-retired');
  const until = options.clock.now() + (options.waitMs ?? defaultWaitMs);
  for (let voids = 0; voids < attemptsAgainstOthers; ) {
    const seen = sources.follower.state().entries;
    const step = await nextStep(run);
    options.progress?.(step);
    if (step.kind === 'done') return result(run, 'retired');
    let taken: Taken;
    if (step.kind === 'wait') {
      if (options.dryRun === true) return waitsFor(run, step.silent);
      taken = { kind: 'wait', result: waitsFor(run, step.silent) };
    } else taken = await take(run, step);
    if (taken.kind === 'stop') return taken.result;
    if (taken.kind === 'void') voids += 1;
    if (taken.kind !== 'wait') continue;
    const left = until - options.clock.now();
    if (left <= 0) return taken.result;
    const ms = Math.min(left, options.pollMs ?? defaultPollMs);
    await entryOrTimeout(run.sources.follower, options.clock, { seen, ms });
  }
  return result(run, 'refused', [
    { code: 'entry-void', text: 'Others decide about this version at the same time. Try again.' },
  ]);
};

interface Run {
  readonly sources: EvidenceSources;
  readonly question: VersionQuestion;
  readonly options: RetireOptions;
  /** How many attempts may have been given up for this run to begin another one. */
  readonly givenUpBefore: number;
  verdict: Verdict | undefined;
}

/** An attempt that is given up after the start of the run is not begun anew by it. */
const runOf = (sources: EvidenceSources, question: VersionQuestion, options: RetireOptions): Run => {
  const own = deprecationOf(sources.follower.state(), question.eventType, question.version);
  const givenUp = own?.phase.kind === 'deprecated' ? own.attempts : Math.max(0, (own?.attempts ?? 0) - 1);
  const givenUpBefore = options.afterWithdrawal === 'refuse' ? 0 : givenUp;
  return { sources, question, options, givenUpBefore, verdict: undefined };
};

type Taken =
  | { readonly kind: 'valid' | 'void' }
  /** `wait`: looks again, until the time of the run is over. */
  | { readonly kind: 'stop' | 'wait'; readonly result: RetireResult };

const ownOf = ({ sources, question }: Run): Deprecation | undefined =>
  deprecationOf(sources.follower.state(), question.eventType, question.version);

const nextStep = async (run: Run): Promise<RetireStep> => {
  await run.sources.follower.catchUp();
  if (ownOf(run)?.phase.kind !== 'retiring') return stepOf(run, { kind: 'absent', because: 'not asked' });
  return stepOf(run, await readPublishers(run.sources, run.question.eventType, run.options.clock));
};

const stepOf = (run: Run, present: Parameters<typeof nextRetireStep>[1]): RetireStep => {
  const own = ownOf(run);
  const gone = run.options.declared?.gone ?? [];
  return own === undefined ? { kind: 'begin' } : nextRetireStep(own, present, gone);
};

const take = async (run: Run, step: Exclude<RetireStep, { kind: 'done' | 'wait' }>): Promise<Taken> => {
  if (step.kind === 'begin') return begin(run);
  if (run.options.dryRun === true) return { kind: 'stop', result: result(run, 'planned') };
  switch (step.kind) {
    case 'list-more':
      return listMore(run, step.publishers);
    case 'speak-for':
      return speakFor(run, step);
    case 'unheard':
      return unheard(run, step.because);
    case 'refuse-writes':
      return refuseWrites(run);
    case 'finish':
      return finish(run);
  }
};

const append = async (run: Run, entry: UnsignedDeprecationEntry, reason?: string): Promise<Taken> => {
  const { by } = run.options;
  const signature = { by, reason: reason ?? run.options.reason };
  return { kind: (await appendJudged(run.sources.follower, entry, signature)).kind };
};

/** The entry carries the revision its facts were read at: whatever was logged since makes it void. */
const begin = async (run: Run): Promise<Taken> => {
  const facts = await readStopFacts(run.sources, run.question, run.options);
  const log = facts.log.kind === 'seen' ? facts.log.value : undefined;
  if ((log?.deprecation?.attempts ?? 0) > run.givenUpBefore) return begunByOthers(run);
  const verdict = canStop(facts);
  run.verdict = verdict;
  if (verdict.verdict !== 'safe') return { kind: 'stop', result: result(run, 'refused', verdict.because) };
  if (run.options.dryRun === true) return { kind: 'stop', result: result(run, 'planned') };
  const certificate = certify({
    about: { question: 'stop', ...run.question },
    verdict: verdict.verdict,
    evidence: verdict.evidence,
    by: run.options.by,
    at: facts.brokerTime,
  });
  const expectedRevision = log?.revision ?? 0;
  const publishers = writersOf(facts);
  return append(run, { kind: 'retiring', ...run.question, publishers, certificate, expectedRevision });
};

/** Another run began: its attempt is gone on with, unless it was given up. */
const begunByOthers = (run: Run): Taken => {
  if (ownOf(run)?.phase.kind !== 'deprecated') return { kind: 'void' };
  const { sources, question } = run;
  const text = withdrawalText(sources.follower.state(), question.eventType, question.version);
  return { kind: 'stop', result: result(run, 'refused', [{ code: 'retirement-withdrawn', text }]) };
};

const writersOf = ({ publishers, version, declared }: StopFacts): readonly string[] =>
  publishers.kind === 'absent'
    ? []
    : publishers.value.publishers
        .filter(({ instance, versions }) => versions.includes(version) && !declared.gone?.includes(instance))
        .map(({ instance }) => instance);

const listMore = (run: Run, publishers: readonly string[]): Promise<Taken> => {
  const phase = ownOf(run)?.phase;
  const state = run.sources.follower.state().eventTypes.get(run.question.eventType);
  if (phase?.kind !== 'retiring' || state === undefined) return Promise.resolve({ kind: 'void' });
  return append(run, {
    kind: 'retiring',
    ...run.question,
    publishers,
    certificate: phase.retirement.certificate,
    expectedRevision: state.revision,
  });
};

/** Rows may have come after the verdict, from a publisher that has stopped since: they still are to be published. */
const outboxLeft = async ({ sources, question, options }: Run): Promise<readonly RefusalReason[]> => {
  const now = (): number => Math.floor(options.clock.now());
  const outbox = await optional(sources.outbox, now, (read) => read(question));
  return verdictOf(checkOutbox({ outbox, brokerTime: now(), version: question.version })).because;
};

const speakFor = async (
  run: Run,
  { publisher, because }: Extract<RetireStep, { kind: 'speak-for' }>,
): Promise<Taken> => {
  const left = await outboxLeft(run);
  if (left.length > 0) return { kind: 'wait', result: result(run, 'waiting', left) };
  const phase = ownOf(run)?.phase;
  if (phase?.kind !== 'retiring') return { kind: 'void' };
  const { attempt } = phase.retirement;
  return append(run, { kind: 'retiring-acknowledged', ...run.question, publisher, attempt }, because);
};

const unheard = async (run: Run, because: string): Promise<Taken> => {
  const text = `Expected to know which publishers live, but ${because}. Run this again when presence can be read.`;
  return { kind: 'stop', result: result(run, 'waiting', [{ code: 'publishers-unknown', text }]) };
};

const refuseWrites = async (run: Run): Promise<Taken> => {
  const { sources, question, options } = run;
  // before anything changes at the broker
  sources.follower.assertMayAppend('writes-refused');
  const left = await outboxLeft(run);
  if (left.length > 0) return { kind: 'wait', result: result(run, 'waiting', left) };
  const outcome = await sources.guard?.refuseWrites(topicOf(question.eventType, question.version));
  if (outcome === 'refused') return append(run, { kind: 'writes-refused', ...question, how: 'acl' });
  if (options.declared?.withoutAuthorizer === true) {
    return append(run, { kind: 'writes-refused', ...question, how: 'override' });
  }
  const text = `Every publisher has stopped v${question.version}, but the brokers have no authorizer to keep others from writing it. Turn it on, or take it upon yourself with \`--without-authorizer\`.`;
  return { kind: 'stop', result: result(run, 'waiting', [{ code: 'no-authorizer', text }]) };
};

const finish = async (run: Run): Promise<Taken> => {
  const { sources, question, options } = run;
  const phase = ownOf(run)?.phase;
  if (phase?.kind !== 'writes-refused') return { kind: 'void' };
  const { ends, verdict, at } = await judgeEnd(sources, question, {
    retirement: phase.retirement,
    ...options,
  });
  if (verdict.verdict !== 'safe') {
    if (verdict.because.some(({ code }) => code === 'writes-not-refused')) {
      await sources.guard?.refuseWrites(topicOf(question.eventType, question.version));
      return { kind: 'void' };
    }
    return { kind: 'stop', result: result(run, 'waiting', verdict.because) };
  }
  const certificate = certify({
    about: { question: 'final', ...question },
    verdict: verdict.verdict,
    evidence: verdict.evidence,
    by: options.by,
    at,
  });
  return append(run, { kind: 'final', ...question, ends, certificate });
};

const waitsFor = (run: Run, silent: readonly string[]): RetireResult => {
  const text = `Waiting for ${silent.join(', ')} to say that v${run.question.version} is no longer written. Look at these publishers; run this again to go on.`;
  return { ...result(run, 'waiting', [{ code: 'not-acknowledged', text }]), waitingFor: silent };
};

const result = (
  run: Run,
  kind: RetireResult['kind'],
  because: readonly RefusalReason[] = [],
): RetireResult => {
  const deprecation = ownOf(run);
  const phase = deprecation?.phase;
  return {
    ...run.question,
    kind,
    verdict: run.verdict,
    because,
    waitingFor: [],
    deprecation,
    certificate: phase?.kind === 'retired' ? phase.final.certificate : undefined,
  };
};
