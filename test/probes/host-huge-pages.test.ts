import { expect, test } from 'vitest';
import probe from '../../src/probes/host-huge-pages.ts';
import { hostText, readHost } from '../support/host-answers.ts';

test.each([
  [
    'on for all',
    { '/enabled': '[always] madvise never\n', '/smaps_rollup': hostText('smaps-rollup-with-huge-pages') },
    'always',
    3_350_528 * 1024,
  ],
  ['on request', { '/enabled': 'always [madvise] never\n' }, 'madvise', undefined],
  ['not built in', {}, undefined, undefined],
])('huge pages that are %s', (_what, answers, enabled, inHugePages) => {
  expect(readHost(probe, answers)).toEqual({ enabled, inHugePages });
});
