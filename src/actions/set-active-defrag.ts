import { z } from 'zod';
import { defineAction, type Scene } from '../domain/action.ts';
import { type AllocatorFacts, holes } from '../domain/fragmentation.ts';
import { mainThread } from '../domain/main-thread.ts';
import { unsteady } from '../domain/replication-group.ts';
import { atLeast, type ServerIdentity } from '../domain/server.ts';
import { changeOf, describeChange, settingsOf } from '../domain/settings.ts';
import { bytes, percent } from '../domain/units.ts';
import cpu from '../probes/cpu.ts';
import defrag from '../probes/defrag-config.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import memory from '../probes/memory.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** It works on the thread of the commands: with less left than this it takes from the clients. */
const BUSY = 0.7;

/** Has the server move data together in the background, or slows that down, or ends it. */
export default defineAction({
  args: z
    .strictObject({
      active: z.enum(['yes', 'no']).optional(),
      /** The most of the main thread that it may take, percent. */
      cycle_max: z.number().int().min(1).max(75).optional(),
    })
    .refine(({ active, cycle_max }) => active !== undefined || cycle_max !== undefined, {
      error: 'name active or cycle_max',
    }),
  needs: [cpu, defrag, memory, replication, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible'],
  plan(args, scene) {
    const { node } = scene;
    const odd = unsteady(node);
    if (odd) return { refused: odd };
    const now = scene.read(defrag);
    const change = changeOf(
      settingsOf(node, 'defrag-config', now, {
        activedefrag: args.active,
        'active-defrag-cycle-max': args.cycle_max,
      }),
    );
    if (!change) return { refused: 'that is how it is set already' };
    if (args.cycle_max !== undefined && args.cycle_max < (now.active_defrag_cycle_min ?? 1)) {
      return { refused: `active-defrag-cycle-min is ${now.active_defrag_cycle_min}: the most cannot be less` };
    }
    const begins = args.active === 'yes' && now.activedefrag !== 'yes';
    const unfit = begins ? whyNotBegin(scene) : undefined;
    if (unfit) return { refused: unfit };
    const most = args.cycle_max ?? now.active_defrag_cycle_max;
    const lost = holes(scene.read(memory));
    return {
      args,
      commands: change.commands,
      undo: change.undo,
      impact: [
        ...describeChange(change),
        begins
          ? `About ${bytes(lost?.bytes ?? 0)} lie in holes between the data. The server moves data together in the background and takes up to ${most ?? 'its usual share'} % of its main thread for it, which clients feel as latency.`
          : 'Clients get the processor time back that defragmentation took; holes between the data are closed more slowly, or no more.',
        ...(begins
          ? [
              'Whether this build can do it shows only when it is asked: one that cannot answers with an error, and nothing has changed.',
            ]
          : []),
        ...afterRestart(change.settings),
      ],
      risk: 'reversible',
      watches: change.watches,
    };
  },
});

function whyNotBegin(scene: Scene): string | undefined {
  const { node } = scene;
  const facts = scene.read(memory);
  const unable = cannotDefragment(node.identity, facts.mem_allocator ?? 'unknown', facts);
  if (unable) return `${node.name} ${unable}. Restart the replicas one by one and fail over instead`;
  const settings = scene.read(defrag);
  const { active_defrag_threshold_lower: lower = 10, active_defrag_threshold_upper: upper = 100 } = settings;
  if (lower >= upper) {
    return `active-defrag-threshold-lower (${lower}) is not below active-defrag-threshold-upper (${upper}), which ends some versions: mend that first`;
  }
  const lost = holes(facts);
  const ignored = settings.active_defrag_ignore_bytes ?? 0;
  if (lost && (lost.bytes < ignored || lost.ratio * 100 - 100 < lower)) {
    return `only ${bytes(lost.bytes)} (${percent(lost.ratio - 1)}) lie in holes, and it begins at ${bytes(ignored)} and ${lower} %: nothing would happen`;
  }
  const load = mainThread({ snapshot: scene.snapshot, node }, scene.reading(cpu))?.share;
  return load !== undefined && load > BUSY
    ? `the main thread uses ${percent(load)} of a core: defragmentation would take from its clients. Wait for a calmer hour`
    : undefined;
}

/** Defragmentation needs the allocator that comes with the source; distributions build with their own. */
function cannotDefragment(
  { engine, version }: ServerIdentity,
  allocator: string,
  facts: AllocatorFacts,
): string | undefined {
  if (!allocator.startsWith('jemalloc')) return `was built with ${allocator}, and only jemalloc can be defragmented`;
  const bundled =
    engine === 'redis' && !atLeast(version, '7.2') ? (atLeast(version, '7.0') ? '5.2.1' : '5.1.0') : '5.3.0';
  if (allocator !== `jemalloc-${bundled}`) {
    return `was built with the system's ${allocator}, not with the ${bundled} of its source, as distribution packages are: such a build cannot defragment`;
  }
  // Valkey counts no holes where it was built without defragmentation.
  if (engine === 'valkey' && holes(facts)?.from.startsWith('allocator_active')) {
    return 'was built without defragmentation';
  }
  return undefined;
}
