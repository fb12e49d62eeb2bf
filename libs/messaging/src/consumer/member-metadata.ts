/** What a member tells the group's leader: how its source of bindings compares with the others'. */
export interface MemberMetadata {
  readonly instance: string;
  readonly agreement: string;
  readonly preference: number;
}

/** Writes the metadata a member joins with. */
export const writeMemberMetadata = (metadata: MemberMetadata): string =>
  JSON.stringify({ baton: 1, ...metadata });

/** Reads it; `undefined` for a member without this library. */
export const readMemberMetadata = (text: string): MemberMetadata | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isMetadata(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const isMetadata = (value: unknown): value is MemberMetadata => {
  const candidate = value as Partial<Record<keyof MemberMetadata | 'baton', unknown>> | null;
  return (
    candidate?.baton === 1 &&
    typeof candidate.instance === 'string' &&
    typeof candidate.agreement === 'string' &&
    typeof candidate.preference === 'number'
  );
};
