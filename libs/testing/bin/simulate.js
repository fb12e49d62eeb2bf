#!/usr/bin/env node
const { availableParallelism } = require('node:os');
const { simulate } = require('../dist/simulation/cli/main');

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ending.abort());

simulate({
  args: process.argv.slice(2),
  cores: availableParallelism(),
  isTerminal: process.stderr.isTTY === true,
  signal: ending.signal,
  now: Date.now,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
}).then((exitCode) => {
  process.exitCode = exitCode;
});
