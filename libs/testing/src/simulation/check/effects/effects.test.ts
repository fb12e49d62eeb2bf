import { found } from '../found';
import { HistoryMaker, smallSetting } from '../make-history';

const [group] = smallSetting.groups;
const setting = {
  ...smallSetting,
  groups: group === undefined ? [] : [{ ...group, effects: 'inbox' as const }],
};

/** A member of the first generation, bound to v1, with a lease from now on. */
const begun = () => new HistoryMaker().registers().joins().reads().beats();

/** Handles an event with its effect. */
const handles = (history: HistoryMaker, id: string, version = 1) =>
  history.begins(id, version).takesEffect(id, version).finishes(id, version);

describe('the effects of a group behind an inbox', () => {
  it('are as they should be: one for each event, before it counts as handled', () => {
    const history = begun().publish('e1').publish('e2');
    handles(handles(history, 'e1'), 'e2').commitsAll().settles();
    expect(found(history, setting)).toEqual([]);
  });

  it('may be there already when an event comes again', () => {
    const history = begun().publish('e1');
    handles(history, 'e1').handles('e1', 1).commitsAll().settles();
    expect(found(history, setting)).toEqual([]);
  });

  it('must not come twice, whatever the version', () => {
    const history = begun().repeats('e1').publish('e1');
    handles(history, 'e1').after(10).store('e1').commitTransaction();
    history.begins('e1', 1).takesEffect('e1', 1).finishes('e1', 1).commitsAll().settles();
    expect(found(history, setting)).toEqual(['doubled effects-once']);
  });

  it('must not be missing where an event counts as handled', () => {
    const history = begun().publish('e1').handles('e1', 1).commitsAll().settles();
    expect(found(history, setting)).toEqual(['lost effects-once']);
    expect(found(history)).toEqual([]);
  });

  it('must not come after it counts as handled', () => {
    const history = begun().publish('e1').handles('e1', 1).takesEffect('e1', 1).commitsAll().settles();
    expect(found(history, setting)).toEqual(['lost effects-once']);
  });

  it('must not come after the lease', () => {
    const history = begun().publish('e1').begins('e1', 1).after(6_002).takesEffect('e1', 1).settles();
    expect(found(history, setting)).toContain('unsafe effects-on-a-lease');
  });

  it('must not come once a later generation has had one in the partition', () => {
    const later = { process: 'r2', generation: 2 };
    const history = begun().publish('e1').publish('e2').begins('e2', 1);
    history.joins(later).reads(later).beats(later);
    history.begins('e1', 1, later).takesEffect('e1', 1, later).finishes('e1', 1, later).takesEffect('e2', 1);
    expect(found(history, setting)).toContain('unsafe effects-of-the-newest-generation');
  });

  it('must be of the version that counts', () => {
    const history = begun().publish('e1').begins('e1', 2).takesEffect('e1', 2).finishes('e1', 2);
    expect(found(history, setting)).toContain('unsafe effects-by-the-rule');
  });

  it('must be of an event that was stored', () => {
    const history = begun().publish('e1').publish('e2');
    const [effect] = begun().publish('e1').takesEffect('e1', 1).entries.slice(-1);
    if (effect?.kind === 'effect-committed') history.add({ ...effect, id: 'nobody' });
    expect(found(history, setting)).toContain('unsafe handled-what-was-stored');
  });

  it('of a key must come in the order of publishing', () => {
    const history = begun().publish('e1').publish('e2').begins('e1', 1).begins('e2', 1);
    history.takesEffect('e2', 1).takesEffect('e1', 1).finishes('e1', 1).finishes('e2', 1).commitsAll();
    expect(found(history, setting)).toContain('out-of-order effects-in-order');
  });
});

describe('an event that somebody publishes again, stamped anew', () => {
  it('may be handled in two versions by a group whose effects nobody sees', () => {
    const history = begun().repeats('e1').publish('e1').handles('e1', 1).proposes(2, 8_000);
    history.lists(['m-r1']).delivers().acknowledges().confirms().delivers();
    history.after(10_000).publish('e1').beats().handles('e1', 2).commitsAll().settles();
    expect(found(history)).not.toContain('doubled handled-in-one-version');
    expect(found(history)).not.toContain('torn stamped-once');
  });
});
