import { expect, test } from 'vitest';
import action from '../../src/actions/default-user-off.ts';
import clientUsers from '../../src/probes/client-users.ts';
import { asked } from '../support/asking.ts';
import { group, lines, mustPlan, PRIMARY, primary, REPLICA, refusal, replica } from '../support/planning.ts';
import { type ReadSketch, type SceneSketch, saw } from '../support/scene.ts';

const NAMED = { credentials: { username: 'medic-ro', password: 'x' } };
const counted = (sketch: ReadSketch, as_default = 0): ReadSketch => ({
  ...sketch,
  readings: [...sketch.readings, saw(clientUsers, { as_default, applications: 3 })],
});
const on = (nodes: SceneSketch['nodes'], flag = 'on', target: object = NAMED) =>
  asked(action, group(nodes, target), {}, () => ['flags', [flag, 'nopass'], 'commands', '+@all']);

test('off on every server, and only when nobody is it at that moment', () => {
  const plan = mustPlan(action, on([counted(primary()), counted(replica(), 4)]));
  expect(lines(plan.commands)).toEqual([PRIMARY, REPLICA].map((node) => `${node}> ACL SETUSER default off`));
  expect(lines(plan.undo)).toEqual([PRIMARY, REPLICA].map((node) => `${node}> ACL SETUSER default on`));
  expect(plan.onlyWhile).toEqual(
    [PRIMARY, REPLICA].map((node) => ({ node, reading: 'client-users.as_default', below: 1 })),
  );
  expect(plan.impact[1]).toContain('4 connections');
});

test.each([
  ['off already', on([counted(primary())], 'off'), 'off already'],
  ['ours', on([counted(primary())], 'on', {}), 'redis-medic itself'],
  [
    'ours for repairs',
    on([counted(primary())], 'on', { ...NAMED, remediate: { password: 'x' } }),
    'redis-medic itself',
  ],
  [
    'a silent replica',
    on([counted(primary()), { name: REPLICA, cause: 'hung', origin: { reportedBy: PRIMARY, as: 'replica' } }]),
    'could not be read',
  ],
])('refused: %s', (_what, snapshot, because) => expect(refusal(action, snapshot)).toContain(because));
