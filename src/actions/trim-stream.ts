import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import type { Question } from '../domain/answers.ts';
import { shorterSign } from '../domain/keys/key-signs.ts';
import { Database, homeOf, showKey } from '../domain/keys/named-keys.ts';
import { compareIds, type GroupState, groupStates } from '../domain/keys/stream-groups.ts';
import { printable } from '../domain/printable.ts';
import { unsteady, watch } from '../domain/replication-group.ts';
import type { ReadNode } from '../domain/snapshot.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** Without a limit one call cuts 10000; whole blocks are quick, but a server should not be held up by any number of them. */
const AT_ONCE = 1_000_000;

/** Each loss includes the ones before it. */
const LOSSES = ['read', 'pending', 'unread'] as const;
type Loss = (typeof LOSSES)[number];

const Args = z
  .strictObject({
    key: z.string().min(1).max(1024),
    db: Database,
    /** Entries that stay, the newest ones; or: */
    keep: z.number().int().min(0).max(1_000_000_000).optional(),
    /** Entries before this id go. */
    before: z
      .string()
      .regex(/^\d{1,15}(-\d{1,20})?$/, 'expected an entry id such as 1700000000000-0')
      .optional(),
    /** What may be lost: entries that every group has read and acknowledged; also such as wait for that; also unread ones. */
    lose: z.enum(LOSSES).default('read'),
  })
  .refine(({ keep, before }) => (keep === undefined) !== (before === undefined), 'say either keep or before');
type Args = z.infer<typeof Args>;

/** Cuts the old end of a stream, never what was not read unless that is said. */
export default defineAction({
  args: Args,
  needs: [replication, server],
  sends: [['XTRIM'], ['SELECT'], ['XLEN'], ['XINFO', 'GROUPS']],
  risks: ['destructive'],
  asks(args, scene) {
    const home = homeOf(scene, args.key);
    if ('refused' in home) return [];
    const { length, groups } = questions(home, args);
    return [length, groups];
  },
  plan(args, scene) {
    const { key, db, keep, before, lose } = args;
    const home = homeOf(scene, key);
    if ('refused' in home) return home;
    const odd = unsteady(home);
    if (odd) return { refused: odd };
    const asked = questions(home, args);
    const length = Number(scene.answer(asked.length));
    if (length === 0) return { refused: `${showKey(key)} is no stream, or an empty one` };
    if (keep !== undefined && length <= keep) {
      return { refused: `${showKey(key)} has ${length} entries: that is not more than ${keep}` };
    }
    const groups = groupStates(scene.answer(asked.groups));
    const losses = keep === undefined ? lossesBefore(groups, before ?? '') : lossesBeyond(groups, keep);
    const worst = losses.toSorted((one, other) => LOSSES.indexOf(other.loss) - LOSSES.indexOf(one.loss))[0];
    if (worst && LOSSES.indexOf(worst.loss) > LOSSES.indexOf(lose)) {
      return { refused: `${worst.because}; mend the consumers first, or say that ${worst.loss} entries may be lost` };
    }
    const cut = keep === undefined ? ['MINID', '~', before ?? ''] : ['MAXLEN', '~', String(keep)];
    return {
      args: { ...args, db },
      commands: [
        {
          node: home.name,
          ...(db > 0 && { db }),
          argv: ['XTRIM', key, ...cut, 'LIMIT', String(AT_ONCE)],
          applied: [],
          signs: [shorterSign(key, length)],
        },
      ],
      undo: 'Entries that were cut off are gone: only a backup, or whoever wrote them, has them.',
      impact: [
        keep === undefined
          ? `Entries before ${before} of ${showKey(key)} are deleted; it has ${length} now.`
          : `About ${length - keep} of the ${length} entries of ${showKey(key)} are deleted, the oldest first.`,
        ...losses.map(({ because }) => `${because}.`),
        ...(losses.length === 0 && groups.length > 0
          ? [`Every group (${groups.length}) has read and acknowledged what goes, as far as the server can tell.`]
          : []),
        `Whole blocks are cut off, so that some entries more may stay, and not more than ${AT_ONCE} in one go. Bound the stream where it is written: XADD with MAXLEN ~.`,
      ],
      risk: 'destructive',
      watches: watch(home),
    };
  },
});

function questions({ name }: ReadNode, { key, db }: Pick<Args, 'key' | 'db'>) {
  const on = { node: name, ...(db > 0 && { db }) };
  return {
    length: { ...on, command: ['XLEN', key] },
    groups: { ...on, command: ['XINFO', 'GROUPS', key] },
  } as const satisfies Record<string, Question>;
}

interface Lost {
  loss: Loss;
  because: string;
}

/** Of the newest `keep` entries the unread ones are the last `lag`; where pending ones lie is not known. */
function lossesBeyond(groups: readonly GroupState[], keep: number): Lost[] {
  if (groups.length === 0) return [NOBODY];
  return groups.flatMap(({ name, lag, pending }): Lost[] => {
    if (lag === undefined) {
      return [
        {
          loss: 'unread',
          because: `how much group ${show(name)} has not read is not known to the server: cut by id instead`,
        },
      ];
    }
    if (lag > keep) return [{ loss: 'unread', because: `group ${show(name)} has not read ${lag - keep} of them` }];
    return pending > 0
      ? [
          {
            loss: 'pending',
            because: `group ${show(name)} has not acknowledged ${pending} entries, which may be among them`,
          },
        ]
      : [];
  });
}

function lossesBefore(groups: readonly GroupState[], before: string): Lost[] {
  if (groups.length === 0) return [NOBODY];
  return groups.flatMap(({ name, lastDelivered, pending }): Lost[] => {
    if (compareIds(lastDelivered, before) < 0) {
      return [{ loss: 'unread', because: `group ${show(name)} has read up to ${lastDelivered} only` }];
    }
    return pending > 0
      ? [
          {
            loss: 'pending',
            because: `group ${show(name)} has not acknowledged ${pending} entries, which may be among them`,
          },
        ]
      : [];
  });
}

const NOBODY: Lost = { loss: 'unread', because: 'the stream has no consumer group, so nobody can say what was read' };

function show(name: string): string {
  return `"${printable(name, 60)}"`;
}
