export type { ControlLog, GroupDescription, GroupReader, LoggedEntry, PresenceStore } from './ports/log';
