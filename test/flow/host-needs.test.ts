import { expect, test } from 'vitest';
import type { Expectation, PlannedCommand } from '../../src/domain/action.ts';
import type { ProposalStep } from '../../src/domain/proposal.ts';
import { lookingAt, neededByGuard, neededByStep } from '../../src/flow/host-needs.ts';
import type { Hosts } from '../../src/flow/ports.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { plainTarget } from '../support/target.ts';

const shelves = await loadShelves();
const names = (probes: ReadonlySet<unknown>) =>
  [...shelves.probes].filter(([, probe]) => probes.has(probe)).map(([id]) => id);

const shows = (reading: string): Expectation => ({ node: 'n', reading, value: '1' });
const command = (over: Partial<PlannedCommand>) => ({ node: 'n', argv: ['PING'] as [string], applied: [], ...over });

function step(action: string, over: object = {}): ProposalStep {
  return {
    kind: 'action',
    action,
    args: {},
    node: 'n',
    commands: [],
    undo: 'none',
    undoWhile: [],
    onlyWhile: [],
    impact: [],
    expects: [],
    ...over,
  };
}

test.each<[string, ProposalStep, string[]]>([
  ['a setting of a server needs no machine', step('kill-client'), []],
  ['what is weighed against memory needs its limit', step('set-client-memory'), ['host-memory']],
  ['what writes to the disk needs the disk', step('set-fsync'), ['host-disk']],
  [
    'a reading that is set, awaited, watched or bounded',
    step('kill-client', {
      commands: [
        command({ applied: [shows('host-kernel.overcommit_memory')] }),
        command({ until: { shows: [shows('host-limits.nofile')], withinSeconds: 1 } }),
        command({ applied: [shows('persistence.loading')] }),
      ],
      onlyWhile: [{ node: 'n', reading: 'host-memory.limit', below: 5 }],
    }),
    ['host-kernel', 'host-limits', 'host-memory'],
  ],
  [
    'what the way back looks at',
    step('kill-client', { otherwise: [command({ unless: [shows('host-kernel.somaxconn')] })] }),
    ['host-kernel'],
  ],
  [
    'a wait for a machine',
    { kind: 'wait', node: 'n', until: 'host_kernel.somaxconn >= 511', timeoutSeconds: 5 },
    ['host-kernel'],
  ],
  ['a wait for a server', { kind: 'wait', node: 'n', until: 'memory.used_memory < 5', timeoutSeconds: 5 }, []],
  ['a notice', { kind: 'notify', node: 'n', text: 'host_kernel.somaxconn' }, []],
])('%s', (_what, given, wanted) => {
  expect(names(neededByStep(given, shelves)).toSorted()).toEqual(wanted);
});

test('nothing is opened where nothing is needed, or where the target gives no access', () => {
  const hosts = {} as Hosts;
  const needs = neededByGuard('host_kernel.somaxconn > 1', shelves);
  const target = plainTarget({ host: { kind: 'local' } });
  expect(lookingAt(hosts, target, needs)).toEqual({ hosts, hostProbes: needs });
  expect(lookingAt(hosts, target, new Set())).toEqual({});
  expect(lookingAt(hosts, plainTarget({}), needs)).toEqual({});
});
