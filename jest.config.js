/** Two kinds of tests: `unit` needs nothing; `int` needs the real stack, which its global set-up finds or starts. */
const shared = {
  rootDir: __dirname,
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022' }, module: { type: 'commonjs' } }] },
  moduleNameMapper: {
    '^@baton/testing/conformance$': '<rootDir>/libs/testing/src/conformance/index.ts',
    '^@baton/schemas$': '<rootDir>/schemas/index.ts',
    '^@baton/(core|contracts|messaging|control|kafka|postgres|service-kit|testing|dev-stack|bench)$':
      '<rootDir>/libs/$1/src/index.ts',
    '^@baton/(cli|lending|reminders|statistics|demo|chaos)$': '<rootDir>/services/$1/src/index.ts',
  },
  modulePathIgnorePatterns: ['/dist/'],
};

module.exports = {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.(int|chaos)\\.test\\.ts$'],
    },
    {
      ...shared,
      displayName: 'int',
      testMatch: ['**/*.int.test.ts'],
      globalSetup: '<rootDir>/libs/dev-stack/jest-setup.js',
      globalTeardown: '<rootDir>/libs/dev-stack/jest-teardown.js',
    },
  ],
  maxWorkers: 2,
};
