/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // What needs more than npm packages has a command of its own.
  testPathIgnorePatterns: ['<rootDir>/test/clients/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs', ignoreDynamic: true },
      },
    ],
  },
  testTimeout: 30_000,
  // Half of the time is spent waiting, on Postgres or for a window to end: jest's own choice would leave a core to itself.
  maxWorkers: '100%',
}
