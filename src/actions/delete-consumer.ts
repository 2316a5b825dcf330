import { z } from 'zod';
import { defineAction, type PlannedCommand } from '../domain/action.ts';
import type { Question } from '../domain/answers.ts';
import { Database, homeOf, showKey } from '../domain/keys/named-keys.ts';
import { consumerStates } from '../domain/keys/stream-groups.ts';
import { printable } from '../domain/printable.ts';
import { unsteady, watch } from '../domain/replication-group.ts';
import { duration } from '../domain/units.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** A consumer that asked for entries within this time is at work. */
const DEAD_AFTER_MS = 3_600_000;

const Name = z.string().min(1).max(1024);

/** Removes a consumer that is gone from the group of a stream. */
export default defineAction({
  args: z.strictObject({ key: Name, db: Database, group: Name, consumer: Name }),
  needs: [replication, server],
  sends: [['XGROUP', 'DELCONSUMER'], ['XGROUP', 'CREATECONSUMER'], ['SELECT'], ['XINFO', 'CONSUMERS']],
  risks: ['reversible'],
  asks({ key, db, group }, scene) {
    const home = homeOf(scene, key);
    return 'refused' in home ? [] : [question(home.name, db, key, group)];
  },
  plan(args, scene) {
    const { key, db, group, consumer } = args;
    const home = homeOf(scene, key);
    if ('refused' in home) return home;
    const odd = unsteady(home);
    if (odd) return { refused: odd };
    const consumers = consumerStates(scene.answer(question(home.name, db, key, group)));
    const found = consumers.find(({ name }) => name === consumer);
    const called = `"${printable(consumer, 60)}"`;
    if (!found) return { refused: `group "${printable(group, 60)}" of ${showKey(key)} has no consumer ${called}` };
    if (found.pending > 0) {
      return {
        refused: `${called} holds ${found.pending} entries that it has not acknowledged, and they would be lost to the group: have another consumer claim them first (XAUTOCLAIM)`,
      };
    }
    if (found.idleMs < DEAD_AFTER_MS) {
      return { refused: `${called} asked for entries ${duration(Math.floor(found.idleMs / 1000))} ago: it is at work` };
    }
    const send = (what: string): PlannedCommand => ({
      node: home.name,
      ...(db > 0 && { db }),
      argv: ['XGROUP', what, key, group, consumer],
      applied: [],
    });
    return {
      args: { key, db, group, consumer },
      commands: [send('DELCONSUMER')],
      undo: [send('CREATECONSUMER')],
      impact: [
        `Consumer ${called}, which has asked for nothing for ${duration(Math.floor(found.idleMs / 1000))} and holds no entry, is removed from group "${printable(group, 60)}" of ${showKey(key)}; ${consumers.length - 1} stay.`,
        'No entry is lost. If its program comes back, it is made anew with the first entry that it asks for.',
      ],
      risk: 'reversible',
      watches: watch(home),
    };
  },
});

function question(node: string, db: number, key: string, group: string): Question {
  return { node, ...(db > 0 && { db }), command: ['XINFO', 'CONSUMERS', key, group] };
}
