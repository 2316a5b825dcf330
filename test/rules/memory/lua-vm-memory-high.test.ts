import { expect, test } from 'vitest';
import memory from '../../../src/probes/memory.ts';
import rule from '../../../src/rules/memory/lua-vm-memory-high.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;

test.each<[string, { lua?: number; all?: number }, string]>([
  ['100 MiB', { all: 100 * MIB }, 'clear'],
  ['more than 100 MiB', { all: 100 * MIB + 1 }, 'warning'],
  ['6.2, which tells of EVAL only', { lua: 100 * MIB + 1 }, 'warning'],
  ['7.0 tells both: functions count as well', { lua: 60 * MIB, all: 110 * MIB }, 'warning'],
  ['neither is told', {}, 'unassessed'],
])('%s: %o is %s', (_what, { lua, all }, wanted) => {
  const readings = [saw(memory, { used_memory_lua: lua, used_memory_vm_total: all })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(wanted);
});
