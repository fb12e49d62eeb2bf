import type { SettingsFile } from './files';
import type { Setting, SettingFlags } from './settings';

/** Where settings are looked for. */
export interface Surroundings {
  readonly flags: SettingFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** With the files that were found, the nearest first. */
export interface Sources extends Surroundings {
  readonly files: readonly SettingsFile[];
}

type Candidate<T> = readonly [T | undefined, string | undefined];

/** What nobody gave. */
export const notSet: Setting<undefined> = { value: undefined, origin: 'not set' };

/** The first that is given, with where it came from. */
export const first = <T>(...candidates: readonly Candidate<T>[]): Setting<T> | undefined => {
  for (const [value, origin = ''] of candidates) {
    if (value !== undefined && value !== '') return { value, origin };
  }
  return undefined;
};

/** What each file says. */
export const fromFiles = <T>(
  files: readonly SettingsFile[],
  read: (file: SettingsFile) => T | undefined,
): readonly Candidate<T>[] => files.map((one) => [read(one), one.file]);

/** How a variable is named as an origin. */
export const variable = (name: string): string => `environment ${name}`;
