import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import latencyHistogram from '../../src/probes/latency-histogram.ts';
import { identityOf, replies, VERSIONS } from '../support/captured.ts';
import { plainTarget } from '../support/target.ts';

const NEWER = VERSIONS.filter((version) => version !== 'redis-6.2.16');

test.for(NEWER)('%s tells how long its commands took', (version) => {
  const { histograms } = latencyHistogram.read(replies(version, 'latency-of-set-get-keys'), identityOf(version));
  expect([...histograms.keys()]).toEqual(['set', 'get', 'keys']);
  expect(histograms.get('set')?.calls).toBe(2500);
  expect([...(histograms.get('set')?.upTo.values() ?? [])].at(-1)).toBe(2500);
});

function asked(text: string, version: (typeof VERSIONS)[number] = 'redis-7.0.15') {
  return latencyHistogram.commands(identityOf(version), parseInfo(text), plainTarget());
}

test('only the costliest commands of applications are asked for, always in the same order', () => {
  const stats = ['get', 'set', 'hgetall', 'lrange', 'eval', 'zadd', 'blpop', 'info', 'config|get', 'xreadgroup']
    .map((name, at) => `cmdstat_${name}:calls=1,usec=${(at + 1) * 100},usec_per_call=1.00`)
    .join('\r\n');
  expect(asked(stats)).toEqual([['LATENCY', 'HISTOGRAM', 'eval', 'hgetall', 'lrange', 'set', 'zadd']]);
});

test('nothing is asked of an idle server, and none of a version that lacks it', () => {
  expect(asked('cmdstat_info:calls=1,usec=100\r\n')).toEqual([]);
  expect(latencyHistogram.read([], identityOf('redis-7.0.15')).histograms.size).toBe(0);
  expect(asked('', 'redis-6.2.16')).toContain('7.0');
});
