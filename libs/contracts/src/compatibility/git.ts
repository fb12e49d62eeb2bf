import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BatonError } from '@baton/core';
import type { RevisionSource } from './sources';

const run = promisify(execFile);

/** Which git history to read. */
export interface GitRevisionsOptions {
  /** The folder of the catalog. */
  readonly folder: string;
  /** A branch, tag or commit: it and everything before it count as published. */
  readonly against: string;
}

/** The revisions that a git history holds: every state of a version's file up to `against`. */
export const gitRevisions = ({ folder, against }: GitRevisionsOptions): RevisionSource => {
  const git: Git = async (...args) => {
    const { stdout } = await run('git', ['-C', folder, ...args], { maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  };
  return {
    revisionsOf: async (eventType, version) => {
      const path = `./${eventType}/v${version}.avsc`;
      const commits = await commitsOf(git, await commitOf(git, { folder, against }), path);
      const texts = await Promise.all(
        commits.map(async (commit) => ({ commit, text: await git('show', `${commit}:${path}`) })),
      );
      return texts.map(({ commit, text }) => ({
        label: `commit ${commit.slice(0, 8)}`,
        schema: jsonOrText(text),
      }));
    },
  };
};

type Git = (...args: readonly string[]) => Promise<string>;

/** The commits that added or changed the file, oldest first. */
const commitsOf = async (git: Git, commit: string, path: string): Promise<readonly string[]> => {
  const log = await git('log', '--reverse', '--diff-filter=AM', '--format=%H', commit, '--', path);
  return log.split('\n').filter((line) => line !== '');
};

const commitOf = async (git: Git, { folder, against }: GitRevisionsOptions): Promise<string> => {
  try {
    return (await git('rev-parse', '--verify', '--end-of-options', `${against}^{commit}`)).trim();
  } catch (cause) {
    const inRepository = await git('rev-parse', '--git-dir').then(
      () => true,
      () => false,
    );
    throw new BatonError(
      'invalid-argument',
      inRepository
        ? `Expected a branch, tag or commit of the git repository that holds the contracts, got "${against}", which git does not know.`
        : `Expected a git repository that holds ${folder}, found none. Give --schemas inside one, or compare with the registry.`,
      { cause },
    );
  }
};

const jsonOrText = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
