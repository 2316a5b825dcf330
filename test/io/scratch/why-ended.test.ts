import { expect, test } from 'vitest';
import { whyEnded } from '../../../src/io/scratch/why-ended.ts';

const line = (text: string) => `12:M 28 Nov 2026 03:50:18.278 # ${text}\n`;
const OVERCOMMIT = line('WARNING Memory overcommit must be enabled! Without it, a background save may fail');

test.each([
  [line("Can't handle RDB format version 12"), null, /does not read this version/, false],
  [
    line("The RDB file contains module data I can't load: no matching module type 'ReJSON-RL'"),
    null,
    /module that it does not have; it said: .*ReJSON-RL/,
    false,
  ],
  [line('Out Of Memory allocating 1073741824 bytes!'), null, /not enough memory/, false],
  [
    line('Wrong RDB checksum expected: (f0) but got (0f). Aborting now.'),
    null,
    /checksum of the file does not fit; it said: Wrong RDB checksum/,
    true,
  ],
  [line('Wrong signature trying to load DB from file'), null, /is no RDB/, true],
  [line('Short read or OOM loading DB. Unrecoverable error, aborting now.'), null, /ends too early/, true],
  [
    line('Internal error in RDB reading offset 214, function at rdb.c:2112 -> Hash listpack integrity check failed.'),
    null,
    /gave the file up while loading it; it said: Internal error/,
    true,
  ],
  ['', 'SIGKILL', /it was killed while it loaded/, false],
  [OVERCOMMIT, null, /^it gave the file up while loading it$/, true],
] as const)('%s', (log, signal, because, corrupt) => {
  expect(whyEnded(log, signal)).toEqual({ because: expect.stringMatching(because), corrupt });
});
