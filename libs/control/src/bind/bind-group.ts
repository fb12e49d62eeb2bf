import { bindingBarred } from '../log/deprecation-state';
import type { BindRequest } from './bind-request';
import { type BindResult, bindResult, type DecidedOn } from './bind-result';
import { type BindGroupDeps, type BindOptions, type BindRun, startBindRun } from './bind-run';
import { carryProposal } from './carry-proposal';
import { decideBind } from './decide-bind';

const defaultAttempts = 3;

/**
 * Binds a group to a version from an instant on, with its members at work or stopped. Every step is an entry of the
 * log, so a run that dies is gone on with, or withdrawn, by the next one. Rejects only if a port does.
 */
export const bindGroup = async (
  deps: BindGroupDeps,
  request: BindRequest,
  options: BindOptions,
): Promise<BindResult> => {
  const run = startBindRun(deps, request, options);
  await deps.follower.catchUp();
  if (options.dryRun === true) return bindResult(run, await decide(run), []);
  const { group, eventType, version } = request;
  await run.append({ kind: 'binding-requested', group, eventType, version });
  return bindUntilDecided(run);
};

const bindUntilDecided = async (run: BindRun): Promise<BindResult> => {
  const { attempts = defaultAttempts } = run.options;
  const tried: string[] = [];
  let proposals = 0;
  for (;;) {
    const decided = await decide(run);
    const { decision } = decided;
    switch (decision.kind) {
      case 'refuse':
      case 'already-bound':
        return bindResult(run, decided, tried);
      case 'finish':
        tried.push(decision.proposal.id);
        break;
      case 'propose': {
        if (proposals === attempts) return bindResult(run, decided, tried);
        proposals += 1;
        const proposal = run.deps.newId();
        const { group, eventType } = run.request;
        tried.push(proposal);
        await run.append({ kind: 'binding-proposed', proposal, group, eventType, ...decision.proposal });
      }
    }
    const current = tried.at(-1);
    if (current !== undefined) await carryProposal(run, current);
  }
};

const decide = async (run: BindRun): Promise<DecidedOn> => {
  const facts = await run.facts();
  const barred = bindingBarred(run.deps.follower.state(), run.request, run.request.version);
  const decision = decideBind(run.state(), { ...run.request, by: run.options.by, barred }, facts);
  run.options.progress?.({ kind: 'decided', decision });
  return { decision, facts };
};
