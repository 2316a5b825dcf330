import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { rate } from '../domain/probe.ts';
import { unsteady, watch } from '../domain/replication-group.ts';
import { bytes, percent } from '../domain/units.ts';
import cpu from '../probes/cpu.ts';
import memoryProbe from '../probes/memory.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** Less than this is not worth a pause, and the allocator will use it again. */
const WORTH = 64 * 1024 * 1024;
/** Above this share of a core every pause is felt by whoever waits in line. */
const BUSY = 0.8;

/** Has the allocator give the pages that it keeps free back to the system. */
export default defineAction({
  args: z.strictObject({}),
  needs: [memoryProbe, cpu, replication, server],
  sends: [['MEMORY', 'PURGE']],
  risks: ['reversible'],
  plan(args, scene) {
    const { node } = scene;
    const odd = unsteady(node);
    if (odd) return { refused: odd };
    const { mem_allocator: allocator = 'unknown', allocator_rss_bytes: kept = 0 } = scene.read(memoryProbe);
    if (!allocator.startsWith('jemalloc')) {
      return { refused: `MEMORY PURGE does something with jemalloc only, and ${node.name} runs on ${allocator}` };
    }
    if (kept < WORTH) {
      return { refused: `the allocator of ${node.name} keeps ${bytes(kept)} only: there is nothing to give back` };
    }
    const used = rate(scene.reading(cpu), (now) => now.used_cpu_user + now.used_cpu_sys);
    if (used !== undefined && used >= BUSY && node.identity.role === 'primary') {
      return {
        refused: `${node.name} uses ${percent(used)} of a core, and clients would wait while memory is given back: do it when it is calmer`,
      };
    }
    return {
      args,
      commands: [{ node: node.name, argv: ['MEMORY', 'PURGE'], applied: [] }],
      undo: 'The allocator asks the system for memory again when it needs some: there is nothing to undo.',
      impact: [
        `Up to ${bytes(kept)} that the allocator keeps goes back to the system; memory in holes between data stays.`,
        'Commands wait while it does so: milliseconds as a rule, more with many GiB.',
        'No key, setting or client is touched.',
      ],
      risk: 'reversible',
      watches: watch(node),
    };
  },
});
