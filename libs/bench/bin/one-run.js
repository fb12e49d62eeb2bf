#!/usr/bin/env node
const { rows, runOnce } = require('../dist');

// The input ends with the process that started this one; nobody waits for the result any more.
process.stdin.on('close', () => process.exit(1)).resume();

// Whatever a contender leaves open, the run is over once its line is written.
runOnce(rows, process.argv.slice(2), process.env).then((outcome) =>
  process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(0)),
);
