import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import { defineProbe, NotAnswered } from '../../src/domain/probe.ts';
import { masterAddress, SentinelEntry, testimonies, watchedMasters } from '../../src/domain/sentinel.ts';
import { saw, scene } from '../support/scene.ts';

test('an entry is read by its names; what is missing is missing, not zero', () => {
  const entry = new SentinelEntry([
    'ip',
    'redis-0.svc',
    'port',
    '6379',
    'flags',
    'slave,s_down',
    's-down-time',
    '12',
    'runid',
    '',
  ]);
  expect(entry.address).toEqual({ host: 'redis-0.svc', port: 6379 });
  expect(entry.flags).toEqual(['slave', 's_down']);
  expect([entry.number('s-down-time'), entry.number('quorum'), entry.number('runid')]).toEqual([
    12,
    undefined,
    undefined,
  ]);
  expect(new SentinelEntry(['ip', '', 'port', '0']).address).toBeUndefined();
  expect(() => new SentinelEntry('OK')).toThrow(NotAnswered);
});

test('the address of a master that is not known is none', () => {
  expect(masterAddress(null)).toBeUndefined();
  expect(masterAddress(['10.0.0.1', '6379'])).toEqual({ host: '10.0.0.1', port: 6379 });
});

test('masters are found in INFO, whatever else begins like them', () => {
  const info = parseInfo(
    'master0:name=a,status=ok,address=10.0.0.1:6379\r\nmaster_host:h\r\nmaster10:name=b,status=odown,address=[::1]:1',
  );
  expect(watchedMasters(info)).toEqual([
    { name: 'a', status: 'ok', address: '10.0.0.1:6379' },
    { name: 'b', status: 'odown', address: '[::1]:1' },
  ]);
});

const mood = defineProbe({
  asks: 'sentinel',
  sampled: 'once',
  allows: [],
  fields: {},
  commands: () => [],
  read: () => ({ well: true }),
});

function told(...readings: readonly ReturnType<typeof saw>[]): string[] {
  const sentinels = readings.map((reading, at) => ({ name: `10.0.0.${at}:26379`, readings: [reading] }));
  return testimonies(scene({ nodes: [], sentinels }), mood).map(({ by, now }) => `${by.name} ${now.well}`);
}

test('Sentinels that cannot tell are left out, unless none can', () => {
  expect(told()).toEqual([]);
  expect(told(saw(mood, 'NOPERM: sentinel|master'), saw(mood, { well: true }))).toEqual(['10.0.0.1:26379 true']);
  expect(() => told(saw(mood, 'NOPERM: sentinel|master'))).toThrow('NOPERM: sentinel|master');
});

test('where none could be read, that is the reason', () => {
  const snapshot = scene({ nodes: [], sentinels: [{ cause: 'unreachable' }] });
  expect(() => testimonies(snapshot, mood)).toThrow('no Sentinel of this target could be read');
});
