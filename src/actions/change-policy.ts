import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { leftAlone, steadyGroup, watch } from '../domain/replication-group.ts';
import { changeOf, settingsOf } from '../domain/settings.ts';
import { bytes, percent } from '../domain/units.ts';
import { afterRestart } from '../probes/host-config-file.ts';
import keyspace from '../probes/keyspace.ts';
import memoryProbe from '../probes/memory.ts';
import memoryConfig from '../probes/memory-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

const POLICIES = [
  'noeviction',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
] as const;

/** Without eviction a store this full would refuse writes at once. */
const NO_ROOM = 0.95;

/** Sets maxmemory-policy on the primary and on every replica. */
export default defineAction({
  args: z.strictObject({ policy: z.enum(POLICIES) }),
  needs: [memoryProbe, memoryConfig, keyspace, replication, server],
  sends: [['CONFIG', 'SET']],
  risks: ['reversible', 'destructive'],
  plan({ policy }, scene) {
    const { snapshot } = scene;
    const group = steadyGroup(scene, 'only it evicts');
    if ('refused' in group) return group;
    const [head] = group;
    const { maxmemory, maxmemory_policy: old } = scene.read(memoryConfig, head);
    const { effective } = scene.read(memoryProbe, head);
    const evicts = policy !== 'noeviction';
    const { purpose } = snapshot.target;
    if (policy.startsWith('allkeys-') && purpose !== undefined && purpose !== 'cache') {
      return {
        refused: `${snapshot.target.name} is a ${purpose}: ${policy} would delete data that it is there to keep`,
      };
    }
    if (!evicts && maxmemory > 0 && effective >= maxmemory * NO_ROOM) {
      return {
        refused: `${percent(effective / maxmemory)} of maxmemory is in use: without eviction writes would fail at once; raise maxmemory first`,
      };
    }
    const change = changeOf(
      group.flatMap((node) =>
        settingsOf(node, 'memory-config', scene.read(memoryConfig, node), { 'maxmemory-policy': policy }),
      ),
    );
    if (!change) return { refused: `the policy is ${policy} already` };

    return {
      args: { policy },
      commands: change.commands,
      undo:
        evicts || old === 'noeviction'
          ? change.undo
          : `Going back to ${old} makes the server delete keys again, so it is not offered as an undo.`,
      impact: [
        evicts
          ? deletion()
          : `Nothing is deleted any more; at ${bytes(maxmemory)} writes fail with an OOM error instead.`,
        ...(policy.endsWith('-lfu')
          ? ['Access frequencies are counted from now on: at first the choice is close to random.']
          : []),
        ...(purpose === undefined
          ? ['The purpose of this target is not declared in medic.yml: make sure that it is a cache.']
          : []),
        ...leftAlone(snapshot, group, 'policy'),
        ...afterRestart(change.settings),
      ],
      risk: evicts ? 'destructive' : 'reversible',
      watches: change.nodes.flatMap((node) => watch(node, 'memory-config.maxmemory', 'memory-config.maxmemory_policy')),
    };

    function deletion(): string {
      const { keys, expires } = scene.read(keyspace, head);
      const { used_memory_dataset: dataset = 0 } = scene.read(memoryProbe, head);
      const candidates = policy.startsWith('volatile-') ? expires : keys;
      const over = maxmemory === 0 ? 0 : Math.max(0, effective - maxmemory);
      const first = dataset > 0 ? Math.min(candidates, Math.ceil((keys * over) / dataset)) : 0;
      return (
        `Keys are deleted to stay below ${bytes(maxmemory)}: about ${first} of ${candidates} at once, then as writes need room. ` +
        'Undo restores the setting, never the keys.'
      );
    }
  },
});
