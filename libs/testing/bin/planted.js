#!/usr/bin/env node
const { fork } = require('node:child_process');
const { availableParallelism } = require('node:os');
const { join } = require('node:path');
const { loadSources } = require('./load-sources');

loadSources();
const { runPlanted } = require('../src/planted/cli');

runPlanted({
  args: process.argv.slice(2),
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  cores: availableParallelism(),
  start: (job) => fork(join(__dirname, 'planted-worker.js'), [JSON.stringify(job)]),
}).then((exitCode) => {
  process.exitCode = exitCode;
});
