import { describe, expect, test } from 'vitest';
import slowlog, { hasGap } from '../../src/probes/slowlog.ts';
import { identityOf, replies, VERSIONS } from '../support/captured.ts';
import { slowEntry } from '../support/logged.ts';

test.for(VERSIONS)('%s lists commands without their arguments, newest first', (version) => {
  const entries = slowlog.read(replies(version, 'slowlog-of-config-gets'), identityOf(version));
  expect(entries).toHaveLength(20);
  expect(entries[0]).toMatchObject({
    command: 'config',
    shape: 'CONFIG GET <argument>',
    argumentCount: 2,
    clientName: 'fixture-writer',
  });
  expect(entries[0]?.client).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(entries[0]?.id).toBeGreaterThan(entries[19]?.id ?? 0);
  expect(JSON.stringify(entries)).not.toContain('busy-reply-threshold');
});

describe('a gap', () => {
  const log = (newest: number) => Array.from({ length: 128 }, (_, at) => slowEntry({ id: newest - at }));
  test('is there when entries came and went between the samples', () => {
    expect(hasGap({ now: log(300), before: log(171), seconds: 2 })).toBe(true);
    expect(hasGap({ now: log(300), before: log(172), seconds: 2 })).toBe(false);
  });
  test('is not there while the log is short or there is no pair', () => {
    expect(hasGap({ now: log(300).slice(0, 127), before: [slowEntry()], seconds: 2 })).toBe(false);
    expect(hasGap({ now: log(300), seconds: 0 })).toBe(false);
  });
});
