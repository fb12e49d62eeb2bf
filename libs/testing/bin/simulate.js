#!/usr/bin/env node
const { fork } = require('node:child_process');
const { availableParallelism } = require('node:os');
const { join } = require('node:path');
const { simulate } = require('../dist/simulation/cli/main');

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ending.abort());

simulate({
  args: process.argv.slice(2),
  cores: availableParallelism(),
  isTerminal: process.stderr.isTTY === true,
  signal: ending.signal,
  now: Date.now,
  startWorker: () => fork(join(__dirname, '../dist/simulation/cli/worker.js')),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
}).then((exitCode) => {
  process.exitCode = exitCode;
});
