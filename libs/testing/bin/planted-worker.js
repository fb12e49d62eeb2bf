const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { forgetSources, isTypesOnly, loadSources, root } = require('./load-sources');

/** Searches the seeds of one job, with its bug planted; tells its parent what it found. */
const job = JSON.parse(process.argv[2]);
const tell = (found) => process.send(found, () => process.exit());
const crashed = (error) => tell({ kind: 'crashed', because: String(error?.stack ?? error) });
process.once('disconnect', () => process.exit());
process.on('uncaughtException', crashed);
process.on('unhandledRejection', crashed);

let edit = (_file, source) => source;
loadSources((file, source) => edit(file, source));
const { plantedBugs } = require('../src/planted/bugs');
const { editSource, filesOf } = require('../src/planted/edit-source');
forgetSources();

const bug = plantedBugs.find(({ name }) => name === job.bug);
const programs = (bug === undefined ? [] : filesOf(bug)).filter(
  (file) => !isTypesOnly(readFileSync(join(root, file), 'utf8')),
);
const untouched = new Set(programs);
edit = (file, source) => {
  untouched.delete(file);
  return bug === undefined ? source : editSource(bug, file, source);
};

const { hunt } = require('../src/planted/hunt');
const { planOf } = require('../src/simulation/plan');
const { run } = require('../src/simulation/run');
const { check } = require('../src/simulation/check/check');
if (untouched.size > 0) crashed(`the simulation does not load ${[...untouched].join(', ')}`);
else {
  const cpuMs = () => process.cpuUsage().user / 1000;
  hunt(job, { planOf, run, check }, { now: Date.now, cpuMs, goingOn: () => process.send('going-on') }).then(
    tell,
    crashed,
  );
}
