import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { breakSaving, type Lab } from '../../lab/lab.ts';
import { persistence as scenarios } from '../../lab/scenarios/persistence.ts';
import { type LoopCase, scenarioNamed } from '../loop-case.ts';

/** A server whose snapshots fail, so that it refuses writes. */
async function cannotSave(lab: Lab) {
  const server = await lab.start(['--save', '3600 1']);
  await server.send('SET', 'a', '1');
  await breakSaving(lab, server);
  return server;
}

export const persistence: readonly LoopCase[] = [
  {
    playbook: 'bgsave',
    name: 'the disk is repaired, and writes are refused until a snapshot succeeds',
    undo: 'none',
    async arrange(lab) {
      const server = await cannotSave(lab);
      await rmdir(join(server.dir, 'dump.rdb'));
      return [server];
    },
  },
  {
    playbook: 'unblock-writes',
    name: 'snapshots fail, so that writes are refused',
    undo: 'as-before',
    stillBroken: true,
    arrange: async (lab) => [await cannotSave(lab)],
  },
  {
    playbook: 'enable-aof',
    ...scenarioNamed(scenarios, 'a store that restarts empty'),
    undo: 'as-before',
  },
];
