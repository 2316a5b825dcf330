import { expect, test } from 'vitest';
import action from '../../src/actions/host-sysctl.ts';
import type { Target } from '../../src/domain/target.ts';
import kept from '../../src/probes/host-kept-settings.ts';
import kernel from '../../src/probes/host-kernel.ts';
import hostProcess from '../../src/probes/host-process.ts';
import config from '../../src/probes/process-config.ts';
import { CHANGEABLE, LOOKED_AT } from '../support/host-scene.ts';
import { lines, mustPlan, PRIMARY, refusal } from '../support/planning.ts';
import { saw, scene } from '../support/scene.ts';

interface Over {
  kernel?: object;
  kept?: object;
  process?: object;
  target?: Partial<Target>;
  unseen?: boolean;
}

/** A machine where everything is set as it came. */
function machine(over: Over = {}) {
  const now = { overcommit_memory: 0, swappiness: 60, somaxconn: 128, tcp_max_syn_backlog: 512, ...over.kernel };
  const none = { overcommit_memory: 'none', swappiness: 'none', somaxconn: 'none', tcp_max_syn_backlog: 'none' };
  return scene({
    target: { host: CHANGEABLE, ...over.target },
    nodes: [
      {
        name: PRIMARY,
        readings: [
          over.unseen ? saw(kernel, 'permission denied: /proc/sys') : saw(kernel, now),
          saw(kept, { set_up: 'yes', ...none, ...over.kept }),
          saw(hostProcess, { container: undefined, ...over.process }),
          saw(config, { tcp_backlog: 511 }),
        ],
      },
    ],
  });
}

const SUDO = `${PRIMARY}> /usr/bin/sudo -n`;
const TOOLS = '/usr/local/lib/redis-medic';

test('what is wrong is kept first and set then; undone the other way round with the values read', () => {
  const plan = mustPlan(action, machine());
  expect(lines(plan.commands)).toEqual([
    `${SUDO} /usr/bin/install -m 0644 -T ${TOOLS}/vm.overcommit_memory=1.conf /etc/sysctl.d/zz-redis-medic-vm.overcommit_memory.conf`,
    `${SUDO} /usr/sbin/sysctl -w vm.overcommit_memory=1`,
    `${SUDO} /usr/bin/install -m 0644 -T ${TOOLS}/vm.swappiness=1.conf /etc/sysctl.d/zz-redis-medic-vm.swappiness.conf`,
    `${SUDO} /usr/sbin/sysctl -w vm.swappiness=1`,
    `${SUDO} /usr/bin/install -m 0644 -T ${TOOLS}/net.core.somaxconn=1024.conf /etc/sysctl.d/zz-redis-medic-net.core.somaxconn.conf`,
    `${SUDO} /usr/sbin/sysctl -w net.core.somaxconn=1024`,
  ]);
  expect(lines(plan.undo)).toEqual([
    `${SUDO} /usr/sbin/sysctl -w net.core.somaxconn=128`,
    `${SUDO} /usr/bin/rm -f /etc/sysctl.d/zz-redis-medic-net.core.somaxconn.conf`,
    `${SUDO} /usr/sbin/sysctl -w vm.swappiness=60`,
    `${SUDO} /usr/bin/rm -f /etc/sysctl.d/zz-redis-medic-vm.swappiness.conf`,
    `${SUDO} /usr/sbin/sysctl -w vm.overcommit_memory=0`,
    `${SUDO} /usr/bin/rm -f /etc/sysctl.d/zz-redis-medic-vm.overcommit_memory.conf`,
  ]);
  expect(plan.otherwise).toEqual(plan.undo);
  expect(plan.risk).toBe('host');
  expect([...plan.commands, ...(plan.undo as typeof plan.commands)].every(({ via }) => via === 'host')).toBe(true);
  expect(plan.impact).toEqual(
    expect.arrayContaining([
      expect.stringContaining('vm.overcommit_memory goes from 0 to 1 at once'),
      'A listening socket keeps its queue: the server gets a longer one when it is restarted.',
      `It holds for everything that runs on the machine of ${PRIMARY}.`,
    ]),
  );
});

test('planned again with what it filled in, it is the same', () => {
  const plan = mustPlan(action, machine());
  expect(mustPlan(action, machine(), plan.args).commands).toEqual(plan.commands);
});

test.each<[string, Over, unknown, string[]]>([
  ['only what is asked for', {}, { settings: ['vm.swappiness'] }, ['vm.swappiness=1']],
  [
    '10 is low enough',
    { kernel: { swappiness: 10 } },
    { settings: ['vm.swappiness', 'vm.overcommit_memory'] },
    ['vm.overcommit_memory=1'],
  ],
  ['11 is not', { kernel: { swappiness: 11 } }, { settings: ['vm.swappiness'] }, ['vm.swappiness=1']],
  [
    'a queue of 511 is long enough',
    { kernel: { somaxconn: 511 } },
    { settings: ['net.core.somaxconn', 'vm.swappiness'] },
    ['vm.swappiness=1'],
  ],
  [
    'one of 510 is not',
    { kernel: { tcp_max_syn_backlog: 510 } },
    { settings: ['net.ipv4.tcp_max_syn_backlog'] },
    ['net.ipv4.tcp_max_syn_backlog=1024'],
  ],
])('%s', (_what, over, args, set) => {
  const commands = lines(mustPlan(action, machine(over), args).commands);
  expect(commands.filter((line) => line.includes('sysctl -w')).map((line) => line.split(' ').at(-1))).toEqual(set);
});

test('what is kept already is not written again, and stays when it is undone', () => {
  const plan = mustPlan(action, machine({ kept: { swappiness: '1' } }), { settings: ['vm.swappiness'] });
  expect(lines(plan.commands)).toEqual([`${SUDO} /usr/sbin/sysctl -w vm.swappiness=1`]);
  expect(lines(plan.undo)).toEqual([`${SUDO} /usr/sbin/sysctl -w vm.swappiness=60`]);
});

test('another value that was kept comes back when it is undone', () => {
  const plan = mustPlan(action, machine({ kept: { swappiness: '10' } }), { settings: ['vm.swappiness'] });
  expect(lines(plan.undo)[1]).toBe(
    `${SUDO} /usr/bin/install -m 0644 -T ${TOOLS}/vm.swappiness=10.conf /etc/sysctl.d/zz-redis-medic-vm.swappiness.conf`,
  );
});

test.each<[string, Over, unknown, RegExp]>([
  [
    'nothing is wrong',
    { kernel: { overcommit_memory: 1, swappiness: 1, somaxconn: 511 } },
    {},
    /set as the server needs it already/,
  ],
  ['a container', { process: { container: 'container' } }, {}, /runs in a container: .* the machine below it/],
  ['Kubernetes', { process: { container: 'kubernetes' } }, {}, /container of Kubernetes/],
  ['read-only settings', { kept: { set_up: 'read-only' } }, {}, /read-only there, as in a container/],
  [
    'a machine that was not set up',
    { kept: { set_up: 'no' } },
    {},
    /is missing. Run there what redis-medic acl host prints/,
  ],
  ['tools that others may write', { kept: { set_up: 'unsafe' } }, {}, /can be written by others than root/],
  ['no login for it', { target: { host: LOOKED_AT } }, {}, /names no login that may change the machines/],
  ['our own machine', { target: { host: { kind: 'local' } } }, {}, /we change nothing with those/],
  ['a kernel that tells nothing', { unseen: true }, {}, /permission denied/],
  [
    'a file that is not ours',
    { kept: { swappiness: '42' } },
    { settings: ['vm.swappiness'] },
    /holds what redis-medic did not write/,
  ],
  [
    'a file that cannot be read',
    { kept: { swappiness: undefined } },
    { settings: ['vm.swappiness'] },
    /cannot be read: look at it first/,
  ],
  [
    'a value that is not kept for',
    {},
    { values: { 'vm.swappiness': 0 } },
    /vm.swappiness can be set to 1, 10 from here/,
  ],
])('%s is refused', (_what, over, args, reason) => {
  expect(refusal(action, machine(over), args)).toMatch(reason);
});

test('a service that keeps its machines to itself', () => {
  const snapshot = machine();
  const [node] = snapshot.nodes;
  if (node?.kind !== 'read') throw new Error('not read');
  const managed = { ...node, identity: { ...node.identity, provider: { id: 'elasticache' as const, by: 'its name' } } };
  expect(refusal(action, { ...snapshot, nodes: [managed] })).toMatch(/the service keeps the machine of .* to itself/);
});
