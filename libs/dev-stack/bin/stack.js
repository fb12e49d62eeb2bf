#!/usr/bin/env node
const { resolve } = require('node:path');
const { runStackCommand } = require('../dist/cli');

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ending.abort());

runStackCommand({
  args: process.argv.slice(2),
  root: resolve(__dirname, '../../..'),
  env: process.env,
  signal: ending.signal,
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  isTerminal: process.stderr.isTTY === true,
  now: Date.now,
}).then((exitCode) => {
  process.exitCode = exitCode;
});
