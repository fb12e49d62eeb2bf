import { BatonError } from '@baton/core';
import type { PlantedBug } from './planted-bug';

/** The files that a bug changes. */
export const filesOf = ({ edits }: PlantedBug): readonly string[] => [
  ...new Set(edits.map(({ file }) => file)),
];

/** Plants a bug into the source of one file. Throws `invalid-argument` unless each text to replace is there exactly once. */
export const editSource = ({ name, edits }: PlantedBug, file: string, source: string): string =>
  edits
    .filter((edit) => edit.file === file)
    .reduce((text, { find, replace }) => {
      const parts = text.split(find);
      if (parts.length !== 2) {
        throw new BatonError(
          'invalid-argument',
          `Planted bug "${name}": expected once in ${file}, got ${parts.length - 1} times: ${JSON.stringify(find)}. Adapt the bug to the source.`,
        );
      }
      return parts.join(replace);
    }, source);
