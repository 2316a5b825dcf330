import { expect, test } from 'vitest';
import memory from '../../../src/probes/memory.ts';
import replicationConfig from '../../../src/probes/replication-config.ts';
import rule from '../../../src/rules/replication/diskless-load-unsafe.ts';
import { said, saw, scene } from '../../support/scene.ts';

const LIMIT = 1000;

test.each([
  ['replica', 'swapdb', 450, LIMIT, undefined, 'clear'],
  ['replica', 'swapdb', 451, LIMIT, undefined, 'warning'],
  ['replica', 'on-empty-db', 999, LIMIT, undefined, 'clear'],
  ['replica', 'disabled', 999, LIMIT, undefined, 'clear'],
  ['replica', undefined, 999, LIMIT, undefined, 'clear'],
  ['primary', 'swapdb', 999, LIMIT, undefined, 'clear'],
  ['replica', 'swapdb', 999, undefined, undefined, 'unassessed'],
  ['replica', 'swapdb', 450, undefined, LIMIT, 'unassessed'],
  ['replica', 'swapdb', 451, undefined, LIMIT, 'warning'],
] as const)(
  'a %s with repl-diskless-load %s and %i bytes, owner says %s, RAM %s: %s',
  (role, load, used, own, ram, want) => {
    const readings = [
      saw(memory, { used_memory: used, total_system_memory: ram }),
      saw(replicationConfig, { repl_diskless_load: load }),
    ];
    const target = own === undefined ? {} : { memoryLimitBytes: own };
    expect(said(rule, scene({ target, nodes: [{ role, readings }] }))).toBe(want);
  },
);
