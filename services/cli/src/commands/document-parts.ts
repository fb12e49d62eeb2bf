import { z } from 'zod';

/** The mark of a document: readers refuse what they do not know. */
export const schemaVersion = z.literal(1);

/** A list that nobody changes. */
export const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();

/** An instant in UTC, RFC 3339; `-infinity` stands for the beginning of time. */
export const instantText = z.string().meta({ description: 'RFC 3339, UTC' });

/** A version's number. */
export const versionNumber = z.number().int().min(1);

/** Keys such as `BoundToV2Since` beside the others: since when that version counts. */
export const boundToPattern = '^BoundToV[0-9]+Since$';

/** An object that also has a key `BoundToV<n>Since` for versions from 2. */
export const withBoundTo = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.object(shape).catchall(z.string().nullable()).meta({ patternKeys: boundToPattern });

/** Since when each version from 2 counts for a group; `null` where it does not. */
export type BoundTo = { readonly [boundTo: `BoundToV${number}Since`]: string | null };
