import { expect, test } from 'vitest';
import action from '../../src/actions/host-huge-pages.ts';
import type { Target } from '../../src/domain/target.ts';
import hugePages from '../../src/probes/host-huge-pages.ts';
import kept from '../../src/probes/host-kept-settings.ts';
import hostProcess from '../../src/probes/host-process.ts';
import { CHANGEABLE, LOOKED_AT } from '../support/host-scene.ts';
import { lines, MIB, mustPlan, PRIMARY, refusal } from '../support/planning.ts';
import { saw, scene } from '../support/scene.ts';

interface Over {
  pages?: object;
  kept?: object;
  process?: object;
  target?: Partial<Target>;
}

function machine(over: Over = {}) {
  return scene({
    target: { host: CHANGEABLE, ...over.target },
    nodes: [
      {
        name: PRIMARY,
        readings: [
          saw(hugePages, { enabled: 'always', inHugePages: 64 * MIB, ...over.pages }),
          saw(kept, { set_up: 'yes', huge_pages: 'none', ...over.kept }),
          saw(hostProcess, { container: undefined, ...over.process }),
        ],
      },
    ],
  });
}

const SUDO = `${PRIMARY}> /usr/bin/sudo -n`;
const NOW = '/sys/kernel/mm/transparent_hugepage/enabled';
const KEPT = '/etc/tmpfiles.d/zz-redis-medic-huge-pages.conf';
const TOOLS = '/usr/local/lib/redis-medic';

test('madvise, for good and now; and back', () => {
  const plan = mustPlan(action, machine());
  expect(lines(plan.commands)).toEqual([
    `${SUDO} /usr/bin/install -m 0644 -T ${TOOLS}/huge-pages=madvise.conf ${KEPT}`,
    `${SUDO} /usr/bin/cp ${TOOLS}/huge-pages=madvise ${NOW}`,
  ]);
  expect(lines(plan.undo)).toEqual([
    `${SUDO} /usr/bin/cp ${TOOLS}/huge-pages=always ${NOW}`,
    `${SUDO} /usr/bin/rm -f ${KEPT}`,
  ]);
  expect(plan.impact.join(' ')).toContain(
    'The 64 MiB of the server that lie in huge pages stay there until it is restarted.',
  );
  expect(plan.risk).toBe('host');
});

test('what is kept already is not written again', () => {
  const plan = mustPlan(action, machine({ kept: { huge_pages: 'madvise' }, pages: { inHugePages: 0 } }));
  expect(lines(plan.commands)).toHaveLength(1);
  expect(lines(plan.undo)).toHaveLength(1);
  expect(plan.impact.join(' ')).toContain('The server gets no huge pages from then on.');
});

test.each<[string, Over, RegExp]>([
  ['madvise already', { pages: { enabled: 'madvise' } }, /enabled is madvise already/],
  ['never already', { pages: { enabled: 'never' } }, /enabled is never already/],
  ['a kernel without them', { pages: { enabled: undefined } }, /has no transparent huge pages/],
  ['a container', { process: { container: 'kubernetes' } }, /container of Kubernetes/],
  ['no login for it', { target: { host: LOOKED_AT } }, /names no login/],
  ['a machine that was not set up', { kept: { set_up: 'no' } }, /acl host/],
  ['a file that is not ours', { kept: { huge_pages: 'never' } }, /holds what redis-medic did not write/],
])('%s is refused', (_what, over, reason) => {
  expect(refusal(action, machine(over))).toMatch(reason);
});
