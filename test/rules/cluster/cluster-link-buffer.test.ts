import { expect, test } from 'vitest';
import clusterInfo, { type ClusterFacts } from '../../../src/probes/cluster-info.ts';
import memory from '../../../src/probes/memory.ts';
import rule from '../../../src/rules/cluster/cluster-link-buffer.ts';
import { said, saw, scene } from '../../support/scene.ts';

function facts(linkBufferOverruns: number | undefined): ClusterFacts {
  return { state: 'ok', assigned: 16_384, unserved: 0, doubtful: 0, knownNodes: 6, primaries: 3, linkBufferOverruns };
}

const MB = 1024 * 1024;

test.each([
  ['small buffers, and overruns of the past', 7, 7, 11_000, 'clear'],
  ['an overrun between the samples', 8, 7, 11_000, 'warning'],
  ['100 MiB', 7, 7, 100 * MB, 'clear'],
  ['more', 7, 7, 100 * MB + 1, 'warning'],
  ['6.2 shows neither', undefined, undefined, undefined, 'unassessed'],
])('%s', (_sentence, now, before, held, want) => {
  const readings = [
    saw(clusterInfo, { facts: facts(now) }, { facts: facts(before) }),
    saw(memory, held === undefined ? {} : { mem_cluster_links: held }),
  ];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});

test('a server that is in no cluster is clear', () => {
  expect(said(rule, scene({ nodes: [{ readings: [saw(clusterInfo, {}), saw(memory, {})] }] }))).toBe('clear');
});
