import { expect, test } from 'vitest';
import type { Reply } from '../../src/domain/command.ts';
import { parseInfo } from '../../src/domain/info.ts';
import hotKeys from '../../src/probes/hot-keys.ts';
import { identityOf } from '../support/captured.ts';
import { plainTarget } from '../support/target.ts';

const IDENTITY = { ...identityOf('redis-8.0.6'), version: '8.6.2' };

/** In the form that the documentation of HOTKEYS GET shows. */
const COUNTED: Reply = [
  'tracking-active',
  0,
  'sample-ratio',
  1,
  'selected-slots',
  [],
  'all-commands-all-slots-us',
  2000,
  'net-bytes-all-commands-all-slots',
  10_000,
  'collection-start-time-unix-ms',
  1_800_000_000_000,
  'collection-duration-ms',
  6408,
  'by-cpu-time-us',
  ['secret:1', 1000, 'secret:2', 500],
];

test('shares of the hottest keys, without their names', () => {
  const read = hotKeys.read([COUNTED], IDENTITY);
  expect(read.session).toEqual({
    active: false,
    startedAt: 1_800_000_000_000,
    durationMs: 6408,
    cpuShares: [0.5, 0.25],
    netShares: undefined,
  });
  expect(hotKeys.read([[COUNTED]], IDENTITY)).toEqual(read);
});

test('no session', () => {
  expect(hotKeys.read([null], IDENTITY).session).toBeUndefined();
  expect(hotKeys.read([[]], IDENTITY).session).toBeUndefined();
});

test('a session is read where there can be one, and never started', () => {
  const ask = (identity: typeof IDENTITY) => hotKeys.commands(identity, parseInfo(''), plainTarget());
  expect(ask(IDENTITY)).toEqual([['HOTKEYS', 'GET']]);
  expect(ask(identityOf('redis-8.0.6'))).toContain('8.6');
  expect(ask(identityOf('valkey-9.1.2'))).toContain('8.6');
});
