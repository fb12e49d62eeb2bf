#!/usr/bin/env node
const { scaleLines, scaleTable } = require('../dist');

process.stdout.write(`${scaleTable(scaleLines())}\n`);
