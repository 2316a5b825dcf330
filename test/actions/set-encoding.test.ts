import { expect, test } from 'vitest';
import action from '../../src/actions/set-encoding.ts';
import tuning from '../../src/probes/tuning-config.ts';
import { group, lines, mustPlan, PRIMARY, primary, refusal, replica } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const has = (over = {}) => ({
  more: [
    saw(tuning, { hash_max_ziplist_entries: 512, hash_max_ziplist_value: 64, zset_max_ziplist_entries: 128, ...over }),
  ],
});

test('only what is extreme, only where it is', () => {
  const plan = mustPlan(action, group([primary(has({ hash_max_ziplist_entries: 100_000 })), replica(has())]));
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> CONFIG SET hash-max-ziplist-entries 512`]);
  expect(lines(plan.undo)).toEqual([`${PRIMARY}> CONFIG SET hash-max-ziplist-entries 100000`]);
});

test.each([
  [4096, 'no limit of compact collections is extreme'],
  [4097, ''],
])('%i entries: %s', (entries, because) =>
  expect(refusal(action, group([primary(has({ zset_max_ziplist_entries: entries }))]))).toContain(because),
);
