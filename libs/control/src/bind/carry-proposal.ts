import { BatonError } from '@baton/core';
import { passedPartitions } from '../evidence/bind-facts';
import { readPartitions, readTopics } from '../evidence/read-facts';
import type { GroupDescription } from '../ports/log';
import type { BindRun } from './bind-run';
import { type BindStep, nextBindStep } from './next-bind-step';

const defaultPollMs = 500;

/** Brings an open proposal to its end, whoever made it and however far it had come. */
export const carryProposal = async (run: BindRun, id: string): Promise<void> => {
  for (;;) {
    const seen = run.deps.follower.state().entries;
    const group = await run.deps.groups.describe(run.request.group);
    const step = await nextStep(run, id, group);
    if (step.kind === 'decided' || step.kind === 'never-made') return;
    const verdict = await take(run, id, { step, group });
    if (verdict === 'waiting') await changeOrPoll(run, seen);
    if (verdict === 'void') await changeOrPoll(run, run.deps.follower.state().entries);
  }
};

const nextStep = async (run: BindRun, id: string, group: GroupDescription): Promise<BindStep> => {
  const facts = () => ({
    by: run.options.by,
    brokerTime: run.brokerClock.now().at,
    present: group.members.map(({ memberId }) => memberId),
  });
  const step = nextBindStep(run.state(), id, { ...facts(), passed: [] });
  const since = run.state().open?.since;
  if (step.kind !== 'confirm' || since === undefined) return step;
  const topics = await readTopics(run.deps.offsets, { ...run.request, versions: run.options.versions });
  const passed = passedPartitions(await readPartitions(run.deps, { ...run.request, since }, topics));
  return nextBindStep(run.state(), id, { ...facts(), passed });
};

/** Takes a step that is an entry; `valid` says that it counts, everything else that there is something to wait for. */
const take = async (
  run: BindRun,
  proposal: string,
  { step, group }: { step: BindStep; group: GroupDescription },
): Promise<'valid' | 'void' | 'waiting'> => {
  switch (step.kind) {
    case 'list':
      return (await run.append({ kind: 'binding-listed', proposal, members: memberIds(group) })).kind;
    case 'confirm':
      return (await run.append({ kind: 'binding-confirmed', proposal })).kind;
    case 'withdraw':
      return (await run.append({ kind: 'binding-withdrawn', proposal, because: step.because.text })).kind;
    case 'wait':
      run.options.progress?.({
        kind: 'waiting',
        silent: step.silent,
        until: run.state().open?.decideBy ?? 0,
      });
      return 'waiting';
    case 'decided':
    case 'never-made':
      return 'valid';
  }
};

/** A list of the wrong members would bind behind the back of the right ones: without one there is no binding. */
const memberIds = ({ group, state, members }: GroupDescription): string[] => {
  if (state === 'Unknown') {
    throw new BatonError(
      'broker-unavailable',
      `Expected the broker to list the members of group "${group}", but the group's state is unknown. Bind again when it answers; the open proposal is then gone on with or withdrawn.`,
    );
  }
  return members.map(({ memberId }) => memberId);
};

/** Resolves at the next entry after the first `seen` ones, or when it is time to look at the members again. */
const changeOrPoll = (run: BindRun, seen: number): Promise<void> =>
  new Promise((resolve) => {
    const { follower, clock } = run.deps;
    if (follower.state().entries !== seen) return resolve();
    const done = (): void => {
      stop();
      cancel();
      resolve();
    };
    const stop = follower.onEntry(done);
    const cancel = clock.after(run.options.pollMs ?? defaultPollMs, done);
  });
