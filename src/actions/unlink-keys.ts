import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineAction, type PlannedCommand } from '../domain/action.ts';
import { goneSign } from '../domain/keys/key-signs.ts';
import { keySlot } from '../domain/keys/key-slot.ts';
import {
  aboutKeys,
  Database,
  describeKey,
  keyNames,
  type NamedKey,
  seenKeys,
  showKey,
} from '../domain/keys/named-keys.ts';
import { watch } from '../domain/replication-group.ts';
import type { ReadNode } from '../domain/snapshot.ts';
import { bytes } from '../domain/units.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

const MOST = 100;
/** Keys that are described one by one; the rest are added up. */
const DESCRIBED = 8;
/** Copies are made with DUMP, which holds the server up, and are kept beside the bot: no larger ones. */
const LARGEST_COPY = 16 * 1024 * 1024;
const ALL_COPIES = 64 * 1024 * 1024;

/** Deletes keys by name, freeing them in the background, after copying them aside for the undo. */
export default defineAction({
  args: z.strictObject({
    keys: keyNames(MOST),
    db: Database,
    /** `none` where there is a backup, or nobody will want them back. */
    copy: z.enum(['keep', 'none']).default('keep'),
    /** As they were when this was planned. */
    types: z.array(z.string()).optional(),
    /** The name of the copies. */
    id: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .optional(),
  }),
  needs: [replication, server],
  sends: [['UNLINK'], ['DUMP'], ['RESTORE'], ['SELECT'], ['TYPE'], ['PTTL'], ['MEMORY', 'USAGE']],
  risks: ['destructive'],
  asks: (args, scene) => aboutKeys(scene, args),
  plan(args, scene) {
    const { keys, db, copy } = args;
    const seen = seenKeys(scene, args);
    if ('refused' in seen) return seen;
    const there = seen.filter(({ type }) => type !== 'none');
    if (there.length === 0) return { refused: `none of these keys is there${db > 0 ? ` in database ${db}` : ''}` };
    const changed = seen.find(({ type }, at) => type !== 'none' && (args.types?.[at] ?? type) !== type);
    if (changed)
      return { refused: `${showKey(changed.key)} is a ${changed.type} now: it was made anew since it was seen` };
    const total = there.reduce((sum, key) => sum + key.bytes, 0);
    const largest = there.toSorted((one, other) => other.bytes - one.bytes);
    const kept = copy === 'keep';
    if (kept && (total > ALL_COPIES || (largest[0]?.bytes ?? 0) > LARGEST_COPY)) {
      return {
        refused: `these keys take ${bytes(total)}, the largest ${bytes(largest[0]?.bytes ?? 0)}: too much to copy aside (${bytes(LARGEST_COPY)} a key, ${bytes(ALL_COPIES)} in all). Take a backup first, then choose to keep no copy`,
      };
    }
    const id =
      args.id ??
      createHash('sha256')
        .update(JSON.stringify([scene.snapshot.takenAt, db, keys]))
        .digest('hex')
        .slice(0, 16);
    const homes = [...Map.groupBy(seen, ({ home }) => home)];
    const deed = (what: string) => homes.map(([home, held]) => copying(what, home, [id, String(db), ...namesOf(held)]));
    return {
      args: { keys, db, copy, types: args.types ?? seen.map(({ type }) => type), id },
      commands: [...(kept ? deed('keep') : []), ...homes.flatMap(([home, held]) => unlinks(home, held, db))],
      undo: kept
        ? deed('restore')
        : 'The keys are deleted without a copy: only a backup, or the application, brings them back.',
      impact: [
        `${there.length === 1 ? 'A key' : `${there.length} keys`} with ${bytes(total)} ${there.length === 1 ? 'is' : 'are'} deleted, also on the replicas: ${largest.slice(0, DESCRIBED).map(describeKey).join(', ')}${largest.length > DESCRIBED ? ` and ${largest.length - DESCRIBED} more` : ''}.`,
        ...(there.length < seen.length
          ? [
              `${seen.length - there.length} of the names are not there: ${seen
                .filter(({ type }) => type === 'none')
                .slice(0, DESCRIBED)
                .map(({ key }) => showKey(key))
                .join(', ')}.`,
            ]
          : []),
        'The names go at once and the memory is freed in the background, so that nobody waits for it.',
        ...(kept ? [copyTold(largest[0]?.bytes ?? 0)] : []),
      ],
      risk: 'destructive',
      watches: homes.flatMap(([home]) => watch(home)),
    };
  },
});

function namesOf(keys: readonly NamedKey[]): string[] {
  return keys.map(({ key }) => key);
}

function copying(what: string, home: ReadNode, words: readonly string[]): PlannedCommand {
  return { node: home.name, via: 'medic', argv: ['keys', what, ...words], applied: [] };
}

/** One command; in a cluster one for each slot, as a command may not cross slots. */
function unlinks(home: ReadNode, held: readonly NamedKey[], db: number): PlannedCommand[] {
  const together =
    home.identity.mode === 'cluster' ? [...Map.groupBy(held, ({ key }) => keySlot(key)).values()] : [held];
  return together.map((keys) => ({
    node: home.name,
    ...(db > 0 && { db }),
    argv: ['UNLINK', ...namesOf(keys)],
    applied: [],
    signs: keys.filter(({ type }) => type !== 'none').map(goneSign),
  }));
}

function copyTold(largest: number): string {
  return (
    `Before that each key is copied with DUMP into a file that only the bot can read, kept for 7 days; the server answers nobody meanwhile, ` +
    `for a few ms a MiB (the largest has ${bytes(largest)}). Undo puts the copies back, except where a key of that name is there again; what is written between copy and deletion is lost.`
  );
}
