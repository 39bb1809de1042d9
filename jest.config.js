const shared = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/'],
};

/** @type {import('jest').Config} */
module.exports = {
  // Of a test that says nothing else. It is there for what hangs: how fast this machine is today, no test may judge, and
  // beside real servers and other people's work a test takes ten times as long as alone.
  testTimeout: 600_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      // The mutants take minutes and say whether the tests are good, not whether the code is: `make mutants`.
      testPathIgnorePatterns: [
        '<rootDir>/test/cluster/',
        '<rootDir>/test/telemetry/live/',
        '<rootDir>/test/jobs/',
        ...(process.env.SOVRA_OPS_MUTANTS ? [] : ['/mutants\\.test']),
      ],
    },
    { ...shared, displayName: 'jobs', testMatch: ['<rootDir>/test/jobs/**/*.test.ts'] },
    { ...shared, displayName: 'cluster', testMatch: ['<rootDir>/test/cluster/**/*.test.ts'] },
    { ...shared, displayName: 'telemetry', testMatch: ['<rootDir>/test/telemetry/live/**/*.test.ts'] },
  ],
};
