/** A worker of the simulation that runs the sources, so that tests never judge what was built before. */
require('./load-sources').loadSources();
require('../src/simulation/cli/worker');
