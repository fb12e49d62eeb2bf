import type { HistorySetting } from '../../history';
import type { Segment } from '../rule';
import type { ControlReader } from './control-reader';
import type { GroupReader } from './group-reader';
import type { LogReader } from './log-reader';
import type { EventFacts, Lane, Membership, View } from './types';

interface Readers {
  readonly log: LogReader;
  readonly control: ControlReader;
  readonly groups: GroupReader;
}

/** Every group with every event type it reads: those of the setting, and those that were seen besides. */
export const viewsOf = (setting: HistorySetting, { log, control, groups }: Readers): readonly View[] => {
  const lanes = by(log.lanes, ({ eventType }) => eventType);
  const events = by(visible(log.events), (event) => event.firstVisible?.lane.eventType ?? '');
  const memberships = by(groups.memberships, ({ group }) => group);
  return namesOf(setting, groups).map(({ group, eventType, handles, effects }) => ({
    group,
    eventType,
    handles,
    timeline: timelineOf(control, { group, eventType, handles }),
    effects: effects === undefined ? undefined : groups.effects.filter((one) => one.group === group),
    events: events.get(eventType) ?? [],
    lanes: lanes.get(eventType) ?? [],
    commits: ofType(groups.commits.get(group), eventType),
    memberships: memberships.get(group) ?? [],
  }));
};

type Named = HistorySetting['groups'][number];

const namesOf = (setting: HistorySetting, { memberships }: GroupReader): readonly Named[] => {
  const names: Named[] = [...setting.groups];
  for (const { group, assignment } of memberships) {
    for (const { eventType } of assignment.keys()) {
      if (names.some((name) => name.group === group && name.eventType === eventType)) continue;
      names.push({ group, eventType, handles: [] });
    }
  }
  return names;
};

const visible = (events: readonly EventFacts[]): readonly EventFacts[] =>
  events.filter((event) => event.firstVisible !== undefined);

/** As the log has it; where the group never registered, the longest that a member saw, else the lowest version. */
const timelineOf = (control: ControlReader, { group, eventType, handles }: Named): readonly Segment[] => {
  const logged = control.fold.groups.get(eventType)?.get(group)?.timeline ?? [];
  if (logged.length > 0) return logged;
  let longest: readonly Segment[] = [];
  for (const seen of control.timelines) {
    const isOwn = seen.group === group && seen.eventType === eventType;
    if (isOwn && seen.timeline.length >= longest.length) longest = seen.timeline;
  }
  if (longest.length > 0 || handles.length === 0) return longest;
  return [{ since: Number.NEGATIVE_INFINITY, version: Math.min(...handles) }];
};

const ofType = <T>(lanes: ReadonlyMap<Lane, T> | undefined, eventType: string): Map<Lane, T> =>
  new Map([...(lanes ?? [])].filter(([lane]) => lane.eventType === eventType));

const by = <T extends EventFacts | Lane | Membership>(
  all: readonly T[],
  keyOf: (one: T) => string,
): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
};
