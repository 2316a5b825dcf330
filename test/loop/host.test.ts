import { expect, test } from 'vitest';
import { NO_SERVICE } from '../support/service.ts';
import { host } from './cases/host.ts';
import { runLoop } from './closed-loop.ts';

runLoop(NO_SERVICE === undefined ? host : []);

test.runIf(NO_SERVICE !== undefined)(
  `nothing is carried through, as no machine can be made here: ${NO_SERVICE}`,
  () => {
    expect(host.length).toBeGreaterThan(0);
  },
);
