const { availableParallelism } = require('node:os')

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
  // Half of the time is spent waiting, on Postgres, for a window or for a statement to end: with a worker for each core, cores would idle.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
}
