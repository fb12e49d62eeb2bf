import type { Command } from './command';
import { configShow } from './config-show';
import { docs } from './docs';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [configShow, docs(() => commands)];
