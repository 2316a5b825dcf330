import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Chromium and vitest keep files of their own in the home folder; those of the tests stay in the checkout.
const home = join(import.meta.dirname, 'node_modules/.cache/home');
process.env.XDG_CONFIG_HOME = join(home, 'config');
process.env.XDG_DATA_HOME = join(home, 'data');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // Most of their time they wait for servers.
    maxWorkers: availableParallelism() + 1,
    // Tests of one file that run side by side, such as those of the fault lab.
    maxConcurrency: 4,
    taskTitleValueFormatTruncate: 0,
    // Thousands of tests on real servers: a pause of the machine is no reason to turn a change down. What needed it is
    // marked "retry x1", and its cause is looked for.
    retry: process.env.CI ? 1 : 0,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    restoreMocks: true,
  },
});
