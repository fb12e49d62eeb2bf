/** A pause that doubles with each failure after the first, up to the longest; in milliseconds. */
export const doublingMs = (
  failures: number,
  { first, longest }: { readonly first: number; readonly longest: number },
): number => Math.min(first * 2 ** (failures - 1), longest);
