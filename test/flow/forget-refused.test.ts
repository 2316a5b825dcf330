import { expect, test, vi } from 'vitest';
import type { Report } from '../../src/domain/report.ts';
import { forgetRefused } from '../../src/flow/forget-refused.ts';
import type { Store, Tx } from '../../src/flow/ports.ts';
import { plainTarget } from '../support/target.ts';

test.each<[string, string[]]>([
  ['NOPERM: slowlog|get', ['10.0.0.1:6379']],
  ['unknown command: config|get', ['10.0.0.1:6379']],
  ['hits need two samples to compare', []],
])('what we could not assess because of "%s" forgets the samples of %j', async (reason, want) => {
  const forgetSamples = vi.fn<Tx['forgetSamples']>();
  const store: Store = {
    transaction: (work) => work({ forgetSamples } as Partial<Tx> as Tx),
    close: async () => {},
  };
  const node = '10.0.0.1:6379';
  const unassessed: Report['unassessed'] = ['one', 'other'].map((id) => ({ id, node, reason }));
  await forgetRefused(store, plainTarget(), { unassessed } as Partial<Report> as Report);
  expect(forgetSamples.mock.calls.map(([, nodes]) => nodes)).toEqual(want.length > 0 ? [want] : []);
});
