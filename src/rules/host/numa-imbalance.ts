import { defineRule } from '../../domain/rule.ts';
import kernel from '../../probes/host-kernel.ts';
import process from '../../probes/host-process.ts';

/** On a host with several NUMA nodes the kernel or a pin keeps the server from the memory or the cores that it needs. */
export default defineRule({
  scope: 'node',
  needs: { kernel, process },
  more:
    'The host has several NUMA nodes, and memory of another node is slower to reach. With zone_reclaim_mode the kernel throws caches away and stalls rather than use it; a server that is pinned to one core shares that with the child that writes snapshots. ' +
    'Set vm.zone_reclaim_mode to 0. Pin with server-cpulist, bio-cpulist and bgsave-cpulist instead of taskset, cores of one node for all of them.',
  explains: ['slow-commands-present', 'fast-command-spikes', 'command-latency-p99-high'],
  tells: 'numastat -p PID shows the memory of the server on another node than the core that it runs on.',
  check({ kernel: { now: host }, process: { now: own } }) {
    const { numaNodes, zone_reclaim_mode, cpus } = host;
    if (numaNodes === undefined) return { unassessed: 'the host does not tell its NUMA nodes' };
    if (numaNodes < 2) return;
    const nodes = { field: 'NUMA nodes', value: String(numaNodes), expected: '' };
    if (zone_reclaim_mode !== undefined && zone_reclaim_mode !== 0) {
      return {
        severity: 'warning',
        headline: `The kernel reclaims caches before it uses memory of another NUMA node (vm.zone_reclaim_mode ${zone_reclaim_mode})`,
        evidence: [nodes, { field: 'vm.zone_reclaim_mode', value: String(zone_reclaim_mode), expected: '0' }],
      };
    }
    const { cpusAllowed, numaNodesAllowed } = own;
    if (cpusAllowed === undefined || cpus === undefined || cpusAllowed >= cpus) return;
    const pin = {
      field: 'Cpus_allowed_list of the process',
      value: `${cpusAllowed} of ${cpus} cores`,
      expected: 'as many as the server has threads and children',
    };
    if (cpusAllowed === 1) {
      return {
        severity: 'warning',
        headline: 'The whole server is pinned to one core, which its snapshots and background threads share',
        evidence: [nodes, pin],
      };
    }
    if (cpusAllowed > cpus / numaNodes || (numaNodesAllowed ?? numaNodes) < 2) return;
    return {
      severity: 'info',
      headline: `The server may run on ${cpusAllowed} cores, but have its memory on any of ${numaNodesAllowed ?? numaNodes} NUMA nodes`,
      evidence: [nodes, pin],
    };
  },
});
