export { type Exit, exitCodes } from './exit-codes';
export { runCli, type Surroundings } from './run';
