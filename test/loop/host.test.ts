import { expect, test } from 'vitest';
import { NO_MACHINE } from '../support/machine.ts';
import { host } from './cases/host.ts';
import { runLoop } from './closed-loop.ts';

runLoop(NO_MACHINE === undefined ? host : []);

test.runIf(NO_MACHINE !== undefined)(
  `nothing is carried through, as no machine can be made here: ${NO_MACHINE}`,
  () => {
    expect(host.every(({ machine }) => machine)).toBe(true);
  },
);
