import { expect, test } from 'vitest';
import action from '../../src/actions/acl-save.ts';
import security from '../../src/probes/security-config.ts';
import { group, lines, mustPlan, PRIMARY, primary, refusal, replica } from '../support/planning.ts';
import { type ReadSketch, saw } from '../support/scene.ts';

const filed = (sketch: ReadSketch, aclfile: string): ReadSketch => ({
  ...sketch,
  readings: [...sketch.readings, saw(security, { bind: '', protected_mode: 'yes', aclfile })],
});

test('where there is a file, and the others are told', () => {
  const plan = mustPlan(action, group([filed(primary(), '/etc/users.acl'), filed(replica(), '')]));
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> ACL SAVE`]);
  expect(plan.impact.join(' ')).toContain('has no ACL file and is left out');
  expect(plan.undo).toContain('written over');
});

test('refused where there is none', () => {
  expect(refusal(action, group([filed(primary(), '')]))).toContain('none of these servers has an ACL file');
});
