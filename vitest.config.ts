// One configuration for every suite; a project is a kind of test, recognised by its file name.
import { defineConfig } from 'vitest/config'

const ignored = ['**/node_modules/**', '**/.tools/**', '**/.data/**']
const engines = ['./packages/testing/src/global-setup.ts']

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...ignored, '**/*.{int,flow,kafka}.test.ts', 'packages/docs/**'],
        },
      },
      {
        test: {
          name: 'int',
          include: ['**/*.int.test.ts'],
          exclude: ignored,
          globalSetup: engines,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'flow',
          include: ['**/*.flow.test.ts'],
          exclude: ignored,
          globalSetup: engines,
          testTimeout: 60_000,
          hookTimeout: 90_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'kafka',
          include: ['**/*.kafka.test.ts'],
          exclude: ignored,
          globalSetup: engines,
          testTimeout: 90_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      // These tests read the whole repository, which takes longer on a busy machine.
      { test: { name: 'docs', include: ['packages/docs/**/*.test.ts'], exclude: ignored, testTimeout: 60_000 } },
    ],
  },
})
