import type { Command } from './command';
import { configShow } from './config-show';
import { docs } from './docs';
import { schemaGenerate } from './schema-generate';
import { schemaRegister } from './schema-register';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  schemaGenerate,
  schemaRegister,
  configShow,
  docs(() => commands),
];
