import { checkRevision } from './check';

const borrowed = (...fields: unknown[]) => ({ type: 'record', name: 'BooksBorrowed', fields });
const loanId = { name: 'loanId', type: 'string' };
const branch = (...symbols: string[]) => ({
  name: 'branch',
  type: { type: 'enum', name: 'Branch', symbols },
});

const check = (schema: unknown, ...earlier: unknown[]) =>
  checkRevision({
    eventType: 'lending.BooksBorrowed',
    version: 2,
    file: 'lending.BooksBorrowed/v2.avsc',
    earlier: earlier.map((old, index) => ({ label: `revision ${index + 1}`, schema: old })),
    schema,
  });

describe('checking a revision', () => {
  it('finds nothing wrong with the first one, or with a field that has a default', () => {
    expect(check(borrowed(loanId))).toEqual([]);
    expect(check(borrowed(loanId, { name: 'note', type: 'string', default: '' }), borrowed(loanId))).toEqual(
      [],
    );
  });

  it('reports everything at once, with file, path, reason and what to do', () => {
    const findings = check(
      borrowed({ name: 'mandatory', type: 'int' }, branch('NORTH', 'SOUTH')),
      borrowed(loanId, branch('NORTH')),
    );
    expect(findings.map(({ jsonPath, reason, whatToDo }) => ({ jsonPath, reason, whatToDo }))).toEqual([
      {
        jsonPath: '$.fields[0]',
        reason: 'the new field "mandatory" has no default, so events written with revision 1 cannot be read',
        whatToDo:
          'Give the field a default, or begin a new version (`baton schema new-version lending.BooksBorrowed`).',
      },
      {
        jsonPath: '$',
        reason:
          'the field "loanId" of BooksBorrowed is gone, and revision 1 has no default for it, so subscribers that still use it cannot read new events',
        whatToDo:
          'Keep the field, or begin a new version (`baton schema new-version lending.BooksBorrowed`).',
      },
      {
        jsonPath: '$.fields[1].type',
        reason:
          'subscribers that still use revision 1 cannot read new events: Branch of revision 1 does not know SOUTH and has no default',
        whatToDo:
          'Keep the symbols as they were, or begin a new version (`baton schema new-version lending.BooksBorrowed`).',
      },
    ]);
  });

  it('looks at all earlier revisions, not only at the last', () => {
    const withNote = borrowed(loanId, { name: 'note', type: 'string', default: '' });
    const otherNote = borrowed(loanId, { name: 'note', type: 'int', default: 0 });
    expect(check(otherNote, borrowed(loanId))).toEqual([]);
    expect(check(otherNote, withNote, borrowed(loanId))).toHaveLength(2);
  });

  it('reports the same obstacle against several revisions once', () => {
    const added = borrowed(loanId, { name: 'mandatory', type: 'int' });
    expect(check(added, borrowed(loanId), borrowed(loanId))).toHaveLength(1);
  });

  it('points at what is wrong in a schema that is none', () => {
    expect(check(borrowed({ name: 'a', type: 'strng' }))).toMatchObject([{ jsonPath: '$.fields[0].type' }]);
  });

  it('warns where all revisions read each other, but the value in code changes', () => {
    const before = borrowed(
      { name: 'at', type: 'long' },
      { name: 'note', type: ['null', 'string'], default: null },
    );
    const after = borrowed(
      { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
      { name: 'note', type: ['null', 'string'], default: null },
    );
    expect(check(after, before)).toMatchObject([{ severity: 'warning', jsonPath: '$.fields[0].type' }]);
    expect(check(before, before)).toEqual([]);
  });
});
