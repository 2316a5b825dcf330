import { expect, test } from 'vitest';
import { systemdSeconds } from '../../src/domain/systemd-time.ts';

test.each([
  ['1min 30s', 90],
  ['100ms', 0.1],
  ['5min', 300],
  ['1d 2h', 93_600],
  ['0', 0],
  ['infinity', Number.POSITIVE_INFINITY],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j is %s s', (text, want) => {
  expect(systemdSeconds(text)).toBe(want);
});
