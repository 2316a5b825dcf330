import { expect, test } from 'vitest';
import kernel from '../../../src/probes/host-kernel.ts';
import process from '../../../src/probes/host-process.ts';
import rule from '../../../src/rules/host/numa-imbalance.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Case {
  numaNodes?: number | undefined;
  zone_reclaim_mode?: number;
  cpusAllowed?: number;
  numaNodesAllowed?: number;
}

test.each<[string, Case, string]>([
  ['one node', { numaNodes: 1, zone_reclaim_mode: 1, cpusAllowed: 1 }, 'clear'],
  ['two nodes, free', {}, 'clear'],
  ['zone reclaim', { zone_reclaim_mode: 1 }, 'warning'],
  ['pinned to one core', { cpusAllowed: 1 }, 'warning'],
  ['pinned to one node, memory anywhere', { cpusAllowed: 8 }, 'info'],
  ['pinned to one node, memory too', { cpusAllowed: 8, numaNodesAllowed: 1 }, 'clear'],
  ['pinned to cores of both', { cpusAllowed: 12 }, 'clear'],
  ['a host that does not tell', { numaNodes: undefined }, 'unassessed'],
])('%s', (_what, sketch, want) => {
  const { numaNodes, zone_reclaim_mode, cpusAllowed, numaNodesAllowed } = {
    numaNodes: 2,
    zone_reclaim_mode: 0,
    cpusAllowed: 16,
    numaNodesAllowed: 2,
    ...sketch,
  };
  const readings = [
    saw(kernel, { numaNodes, zone_reclaim_mode, cpus: 16 }),
    saw(process, { cpusAllowed, numaNodesAllowed }),
  ];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});
