const { TestEnvironment } = require('jest-environment-node');

/** Lets tests load PGlite outside of jest's sandbox, which does not carry out its dynamic imports. */
module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.pgliteOutsideOfJest = () => require('@electric-sql/pglite');
  }
};
