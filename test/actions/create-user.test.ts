import { expect, test } from 'vitest';
import action from '../../src/actions/create-user.ts';
import clientUsers from '../../src/probes/client-users.ts';
import { asked } from '../support/asking.ts';
import { group, lines, mustPlan, PRIMARY, primary, REPLICA, refusal, replica } from '../support/planning.ts';
import { type ReadSketch, saw } from '../support/scene.ts';

const HASH = 'a'.repeat(64);
const ARGS = { user: 'app', hash: HASH };
const counted = (sketch: ReadSketch, applications = 2): ReadSketch => ({
  ...sketch,
  readings: [...sketch.readings, saw(clientUsers, { as_default: 9, applications })],
});

test('on every server, with what an application needs; deleted again only while nobody has come', () => {
  const snapshot = asked(action, group([counted(primary()), counted(replica(), 0)]), ARGS, () => null);
  const plan = mustPlan(action, snapshot, ARGS);
  const rule = `ACL SETUSER app on "#${HASH}" allkeys allchannels +@all -@admin -@dangerous +info +role +sort`;
  expect(lines(plan.commands)).toEqual([PRIMARY, REPLICA].map((node) => `${node}> ${rule}`));
  expect(lines(plan.undo)).toEqual([PRIMARY, REPLICA].map((node) => `${node}> ACL DELUSER app`));
  expect(plan.undoWhile).toEqual([
    { node: PRIMARY, reading: 'client-users.applications', below: 3 },
    { node: REPLICA, reading: 'client-users.applications', below: 1 },
  ]);
});

test('a user that is there keeps what it has', () => {
  const snapshot = asked(action, group([counted(primary())]), ARGS, () => ['flags', ['off']]);
  expect(refusal(action, snapshot, ARGS)).toContain('has a user app already');
});

test.each([
  [{ ...ARGS, user: 'default' }],
  [{ ...ARGS, user: 'a b' }],
  [{ ...ARGS, hash: 'secret' }],
  [{ ...ARGS, hash: HASH.toUpperCase() }],
  [{ ...ARGS, rights: 'none' }],
])('no plan for %j', (args) => expect(() => mustPlan(action, group([primary()]), args)).toThrow(/user|hash|rights/));
