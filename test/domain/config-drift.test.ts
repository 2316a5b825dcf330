import { expect, test } from 'vitest';
import { driftOf } from '../../src/domain/config-drift.ts';
import { directivesOf } from '../../src/domain/config-file.ts';

const drifts = (parameter: string, running: string, file: string) =>
  driftOf(new Map([[parameter, running]]), directivesOf(file)).length > 0;

test.each([
  ['maxmemory', '2147483648', 'maxmemory 2gb', false],
  ['maxmemory', '2000000000', 'maxmemory 2g', false],
  ['maxmemory', '2147483648', 'maxmemory 1gb\nmaxmemory 2GB', false],
  ['maxmemory', '2147483649', 'maxmemory 2gb', true],
  ['appendonly', 'yes', 'appendonly YES', false],
  ['appendonly', 'no', 'appendonly yes', true],
  ['save', '3600 1 300 100', 'save 3600 1\nsave 300 100', false],
  ['save', '3600 1 300 100', 'save 3600 1 300 100', false],
  ['save', '', 'save ""', false],
  ['save', '', 'save 900 1\nsave ""', false],
  ['save', '60 1', 'save 900 1\nsave ""\nsave 60 1', false],
  ['save', '', 'save 60 1', true],
  ['maxmemory-policy', 'allkeys-lru', 'maxmemory-policy noeviction', true],
  ['replica-read-only', 'no', 'slave-read-only no', false],
  ['notify-keyspace-events', 'AKE', 'notify-keyspace-events "KEA"', false],
  ['notify-keyspace-events', 'AKE', 'notify-keyspace-events Kg', true],
  [
    'client-output-buffer-limit',
    'normal 0 0 0 slave 536870912 134217728 60 pubsub 33554432 8388608 60',
    'client-output-buffer-limit replica 512mb 128mb 60',
    false,
  ],
  [
    'client-output-buffer-limit',
    'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
    'client-output-buffer-limit replica 512mb 128mb 60',
    true,
  ],
])('%s %j against %j drifts: %s', (parameter, running, file, want) => {
  expect(drifts(parameter, running, file)).toBe(want);
});

test('what the file does not name is compared with the default, where every version has the same', () => {
  const running = new Map([
    ['maxmemory', '100'],
    ['maxclients', '50'],
    ['timeout', '0'],
  ]);
  expect(driftOf(running, new Map())).toEqual([{ parameter: 'maxmemory', running: '100', file: '0', unnamed: true }]);
});

test('a parameter that the version does not have drifts from nothing', () => {
  expect(driftOf(new Map(), directivesOf('maxmemory 1gb'))).toEqual([]);
});
