import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Signal } from '../../src/domain/signal.ts';
import type { Sighting } from '../../src/domain/source.ts';
import alertmanager from '../../src/sources/alertmanager.ts';

const ALERT = {
  status: 'firing',
  labels: { alertname: 'RedisOutOfMemory', instance: '10.0.0.1:9121', target: 'prod-cache', severity: 'critical' },
  annotations: { summary: 'Redis is out of memory', description: 'long' },
  startsAt: '2026-11-23T05:40:12.123456789+01:00',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus/graph',
  fingerprint: '0f3a0ac6d2d2c1b4',
};
const body = (...alerts: unknown[]) => ({
  version: '4',
  groupKey: '{}:{}',
  status: 'resolved',
  receiver: 'medic',
  alerts,
});

function read(...alerts: unknown[]): readonly Sighting[] {
  const sightings = alertmanager.read(body(...alerts));
  if (typeof sightings === 'string') throw new Error(sightings);
  return sightings;
}

function signal(alert: unknown): Signal {
  const [sighting] = read(alert);
  if (sighting?.kind !== 'signal') throw new Error(sighting?.reason);
  return sighting.signal;
}

test('an alert becomes a signal; its own status counts, not that of the group', () => {
  expect(signal(ALERT)).toEqual({
    source: 'alertmanager',
    fingerprint: '0f3a0ac6d2d2c1b4',
    status: 'firing',
    startsAt: Date.parse('2026-11-23T04:40:12.123Z'),
    name: 'RedisOutOfMemory',
    summary: 'Redis is out of memory',
    labels: ALERT.labels,
  });
});

test.each([
  ['no object', 'x', /object/],
  ['another status', { ...ALERT, status: 'pending' }, /status/],
  ['no start', { ...ALERT, startsAt: 'yesterday' }, /startsAt/],
  ['a start that cannot be', { ...ALERT, startsAt: '2026-13-45T00:00:00Z' }, /startsAt/],
])('an alert with %s is rejected with the reason, and its siblings are read', (_what, alert, reason) => {
  const [first, bad, last] = read(ALERT, alert, ALERT);
  expect(first?.kind).toBe('signal');
  expect(bad).toEqual({ kind: 'rejected', reason: expect.stringMatching(reason) });
  expect(last?.kind).toBe('signal');
});

test.each([null, undefined, 'text', 7, [], {}, { alerts: {} }, { alerts: 'all' }, body(...Array(1001).fill(ALERT))])(
  'a body that is not one of Alertmanager is refused with the reason (%#)',
  (given) => {
    expect(alertmanager.read(given)).toEqual(expect.any(String));
  },
);

test('without a fingerprint, equal labels give an equal one, whatever their order', () => {
  const { fingerprint: _, ...alert } = ALERT;
  const turned = { ...alert, labels: Object.fromEntries(Object.entries(alert.labels).reverse()) };
  const other = { ...alert, labels: { ...alert.labels, instance: 'other' } };
  expect(signal(alert).fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(signal(turned).fingerprint).toBe(signal(alert).fingerprint);
  expect(signal(other).fingerprint).not.toBe(signal(alert).fingerprint);
});

test('long texts are cut, control characters and line breaks go, odd label values are dropped', () => {
  const labels = { alertname: 'A\u0000B\nC\u202e', huge: 'x'.repeat(5000), n: 5, bad: { a: 1 }, nil: null };
  const found = signal({ ...ALERT, labels, annotations: { summary: '\ud800lone' } });
  expect(found.name).toBe('A B C');
  expect(found.summary).toBe('\ufffdlone');
  expect(found.labels).toEqual({ alertname: 'A B C', huge: `${'x'.repeat(999)}…`, n: '5' });
});

test('a label called __proto__ is a label and nothing else', () => {
  const found = signal({ ...ALERT, labels: JSON.parse('{"__proto__":"x","alertname":"A"}') as unknown });
  expect(Object.getOwnPropertyNames(found.labels)).toContain('alertname');
  expect(Object.getPrototypeOf(found.labels)).toBe(Object.prototype);
});

test('no body crashes it, and whatever it reads is a whole signal', () => {
  const near = fc.record(
    {
      status: fc.oneof(fc.constantFrom('firing', 'resolved'), fc.anything()),
      labels: fc.oneof(fc.dictionary(fc.string({ unit: 'binary' }), fc.anything()), fc.anything()),
      annotations: fc.oneof(
        fc.dictionary(fc.constantFrom('summary', 'description'), fc.string({ unit: 'binary' })),
        fc.anything(),
      ),
      startsAt: fc.oneof(
        fc.date().map(String),
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        fc.anything(),
      ),
      fingerprint: fc.oneof(fc.string({ unit: 'binary' }), fc.anything()),
    },
    { requiredKeys: [] },
  );
  const bodies = fc.oneof(
    fc.anything(),
    fc.record({ alerts: fc.oneof(fc.array(fc.oneof(near, fc.anything())), fc.anything()) }),
  );
  fc.assert(
    fc.property(bodies, (given) => {
      const sightings = alertmanager.read(given);
      if (typeof sightings === 'string') return;
      expect(sightings).toHaveLength((given as { alerts: unknown[] }).alerts.length);
      const reasons = sightings.filter((each) => each.kind === 'rejected').map(({ reason }) => reason);
      const signals = sightings.filter((each) => each.kind === 'signal').map((each) => each.signal);
      expect(reasons).not.toContain('');
      expect(signals.map((each) => Signal.parse(each))).toEqual(signals);
      expect(JSON.stringify(signals)).not.toMatch(/\\u0000|\\n|\\ud[89a-f]/);
    }),
    { numRuns: 500 },
  );
});
