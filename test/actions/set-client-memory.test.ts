import { expect, test } from 'vitest';
import action from '../../src/actions/set-client-memory.ts';
import { GIB, group, lines, MIB, mustPlan, PRIMARY, primary, REPLICA, refusal, replica } from '../support/planning.ts';

const has = (text: string | undefined) => ({ memoryConfig: { maxmemory_clients: text } });

test.each([
  [String(100 * MIB), 400],
  ['5%', 409],
])('four times %s, at most a fifth of maxmemory', (text, mib) => {
  const plan = mustPlan(action, group([primary(has(text)), replica(has(text))]));
  expect(lines(plan.commands)).toEqual(
    [PRIMARY, REPLICA].map((node) => `${node}> CONFIG SET maxmemory-clients ${mib * MIB}`),
  );
  expect(lines(plan.undo)[0]).toBe(`${PRIMARY}> CONFIG SET maxmemory-clients ${text}`);
});

test.each([
  ['where there is no limit', has('0'), {}, 'no common limit'],
  ['before 7.0', has(undefined), {}, 'came with 7.0'],
  ['more than a fifth', has(String(100 * MIB)), { bytes: GIB }, 'more than a fifth'],
  ['where a fifth is taken', has(String(GIB)), {}, 'already'],
  ['less than there is', has(String(100 * MIB)), { bytes: MIB }, 'already'],
])('refuses %s', (_what, over, args, because) =>
  expect(refusal(action, group([primary(over)]), args)).toContain(because),
);
