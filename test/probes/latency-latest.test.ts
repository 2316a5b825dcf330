import { expect, test } from 'vitest';
import latencyLatest, { latestSince } from '../../src/probes/latency-latest.ts';
import { identityOf, replies, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s tells when each event was last slow, and how slow', (version) => {
  const events = latencyLatest.read(replies(version, 'latency-of-aof-writes'), identityOf(version));
  expect(events.map(({ name }) => name)).toEqual(expect.arrayContaining(['aof-write', 'aof-write-alone']));
  for (const event of events) {
    expect(event.at).toBeGreaterThan(1_700_000_000);
    expect(event.latestMs).toBeGreaterThanOrEqual(1);
    expect(event.maxMs).toBeGreaterThanOrEqual(event.latestMs);
  }
});

test('an event counts from the second it was seen in, the longest first', () => {
  const event = (name: string, at: number, latestMs: number) => ({ name, at, latestMs, maxMs: 900 });
  const events = [event('expire-cycle', 100, 30), event('expire-del', 101, 80), event('fork', 101, 500)];
  expect(latestSince(events, ['expire-cycle', 'expire-del'], 100)?.name).toBe('expire-del');
  expect(latestSince(events, ['expire-cycle'], 100)?.latestMs).toBe(30);
  expect(latestSince(events, ['expire-cycle'], 101)).toBeUndefined();
  expect(latestSince([], ['expire-cycle'], 0)).toBeUndefined();
});
