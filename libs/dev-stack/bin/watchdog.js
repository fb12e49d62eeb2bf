const { watchOver } = require('../dist/watchdog');

watchOver({ ...JSON.parse(process.argv[2]), env: process.env });
