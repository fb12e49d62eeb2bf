import { acl } from './acl';
import { announce } from './announce';
import { bind } from './bind';
import { canBind, canDrop, canStop } from './can';
import type { Command } from './command';
import { completion } from './completion';
import { configShow } from './config-show';
import { deadLettersList } from './dead-letters-list';
import { deadLettersDiscard, deadLettersReplay } from './dead-letters-replay';
import { deadLettersShow } from './dead-letters-show';
import { docs } from './docs';
import { doctor } from './doctor';
import { keyAdopt } from './key-adopt';
import { keyChange } from './key-change';
import { log } from './log';
import { migrateApply, migratePlan, migrateStatus } from './migrate';
import { publish } from './publish';
import { repl } from './repl';
import { retire } from './retire';
import { schemaCheck } from './schema-check';
import { schemaDiff } from './schema-diff';
import { schemaGenerate } from './schema-generate';
import { schemaNew } from './schema-new';
import { schemaNewVersion } from './schema-new-version';
import { schemaRegister } from './schema-register';
import { status } from './status';
import { tail } from './tail';
import { topicsApply } from './topics-apply';
import { veto, vetoWithdraw } from './veto';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  schemaNew,
  schemaNewVersion,
  schemaGenerate,
  schemaCheck,
  schemaDiff,
  schemaRegister,
  topicsApply,
  acl,
  keyAdopt,
  keyChange,
  announce,
  veto,
  vetoWithdraw,
  bind,
  canBind,
  canStop,
  canDrop,
  retire,
  migratePlan,
  migrateApply,
  migrateStatus,
  status,
  log,
  publish,
  tail,
  deadLettersList,
  deadLettersShow,
  deadLettersReplay,
  deadLettersDiscard,
  repl,
  doctor,
  configShow,
  completion,
  docs(() => commands),
];
