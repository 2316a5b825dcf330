import { expect, test } from 'vitest';
import action from '../../src/actions/kill-script.ts';
import { type Node, nodeNamed } from '../../src/domain/snapshot.ts';
import { lines, PRIMARY } from '../support/planning.ts';
import { type ReadSketch, scene, type UnreadSketch } from '../support/scene.ts';

const BUSY = 'BUSY Redis is busy running a script. You can only call';

function plan(sketch: ReadSketch | UnreadSketch) {
  const snapshot = scene({ nodes: [sketch] });
  const node: Node | undefined = nodeNamed(snapshot, PRIMARY);
  if (!node) throw new Error('no node');
  return action.plan({}, snapshot, node);
}

test.each([
  ['SCRIPT KILL or SHUTDOWN NOSAVE.', 'SCRIPT KILL'],
  ['FUNCTION KILL or SHUTDOWN NOSAVE.', 'FUNCTION KILL'],
])('the command that the server names: %s', (ending, command) => {
  const planned = plan({ name: PRIMARY, cause: 'busy', detail: `${BUSY} ${ending}` });
  if ('refused' in planned) throw new Error(planned.refused);
  expect(lines(planned.commands)).toEqual([`${PRIMARY}> ${command}`]);
  expect(planned.risk).toBe('disruptive');
  expect(planned.impact.join(' ')).toContain('fail over');
});

test.each([
  ['it answers', { name: PRIMARY, readings: [] }, 'no script blocks it now'],
  ['it is down', { name: PRIMARY, cause: 'unreachable', detail: 'ECONNREFUSED' }, 'ECONNREFUSED'],
  ['it is busy without a name', { name: PRIMARY, cause: 'busy', detail: 'BUSY doing a module' }, 'BUSY doing a module'],
  ['another fault quotes it', { name: PRIMARY, cause: 'hung', detail: 'SCRIPT KILL' }, 'does not say'],
] as const)('refused when %s', (_what, sketch, because) => {
  const planned = plan(sketch);
  expect('refused' in planned && planned.refused).toContain(because);
});
