const { spawn } = require('node:child_process');
const { openSync, rmSync } = require('node:fs');

/**
 * Runs one PostgreSQL server for as long as the process lives that started this one: when it ends, however it ends,
 * standard input closes, and the server is shut down with it.
 */
const { command, args, user, logFile, removeWhenOver } = JSON.parse(process.argv[2]);
const log = openSync(logFile, 'a');
const server = spawn(command, args, { stdio: ['ignore', log, log], ...user });
const shutDown = () => server.kill('SIGINT');

process.stdin.resume();
process.stdin.once('end', shutDown);
process.once('SIGTERM', shutDown);
process.once('SIGINT', shutDown);
server.once('error', () => process.exit(1));
server.once('exit', (code) => {
  if (removeWhenOver) rmSync(removeWhenOver, { recursive: true, force: true });
  process.exit(code ?? 1);
});
process.stdout.write(`${server.pid}\n`);
