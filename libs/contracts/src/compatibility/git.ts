import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BatonError } from '@baton/core';
import { messageOf } from '../avro-type';
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
  const git = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('git', ['-C', folder, ...args], { maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  };
  return {
    revisionsOf: async (eventType, version) => {
      const path = `./${eventType}/v${version}.avsc`;
      const commits = await commitsOf(git, against, path);
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

/** The commits that added or changed the file, oldest first. */
const commitsOf = async (
  git: (...args: readonly string[]) => Promise<string>,
  against: string,
  path: string,
): Promise<readonly string[]> => {
  try {
    const commit = (await git('rev-parse', '--verify', '--end-of-options', `${against}^{commit}`)).trim();
    const log = await git('log', '--reverse', '--diff-filter=AM', '--format=%H', commit, '--', path);
    return log.split('\n').filter((line) => line !== '');
  } catch (cause) {
    throw new BatonError(
      'invalid-argument',
      `Expected a revision of the git repository that holds the contracts, got "${against}": ${messageOf(cause).trim()}. Name a branch, tag or commit.`,
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
