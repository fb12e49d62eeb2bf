import { bind } from './bind';
import type { Command } from './command';
import { configShow } from './config-show';
import { docs } from './docs';
import { doctor } from './doctor';
import { publish } from './publish';
import { schemaCheck } from './schema-check';
import { schemaDiff } from './schema-diff';
import { schemaGenerate } from './schema-generate';
import { schemaNew } from './schema-new';
import { schemaNewVersion } from './schema-new-version';
import { schemaRegister } from './schema-register';
import { status } from './status';
import { tail } from './tail';
import { topicsApply } from './topics-apply';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  schemaNew,
  schemaNewVersion,
  schemaGenerate,
  schemaCheck,
  schemaDiff,
  schemaRegister,
  topicsApply,
  bind,
  status,
  publish,
  tail,
  doctor,
  configShow,
  docs(() => commands),
];
