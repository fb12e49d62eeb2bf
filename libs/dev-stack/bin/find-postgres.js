const { findPostgres } = require('../dist');

/** Exits with 0 if a database can be had on this machine, with 1 if not. */
findPostgres(process.env, process.argv[2]).catch(() => {
  process.exitCode = 1;
});
