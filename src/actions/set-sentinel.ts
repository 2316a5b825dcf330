import { z } from 'zod';
import { defineAction, type PlannedCommand } from '../domain/action.ts';
import { mostCommon } from '../domain/most-common.ts';
import { type Testimony, testimonies } from '../domain/sentinel.ts';
import { readSentinels } from '../domain/snapshot.ts';
import { duration } from '../domain/units.ts';
import sentinelInfo from '../probes/sentinel-info.ts';
import sentinelMaster, { busyBecause, type MasterView } from '../probes/sentinel-master.ts';

type View = Testimony<MasterView>;
type Field = 'quorum' | 'downAfterMs' | 'failoverTimeoutMs' | 'parallelSyncs';

/** Each setting as Sentinel names it, and its value where the one that is there will not do. */
const SETTINGS: Readonly<Record<Field, { option: string; fix: (now: number, told: readonly View[]) => number }>> = {
  quorum: {
    option: 'quorum',
    // One that loses sight of the primary must not be enough to call it down.
    fix: (now, told) => (now === 1 && votersIn(told) > 2 ? majorityOf(votersIn(told)) : now),
  },
  downAfterMs: { option: 'down-after-milliseconds', fix: (now) => (now < 1000 || now > 60_000 ? 30_000 : now) },
  failoverTimeoutMs: { option: 'failover-timeout', fix: (now) => (now < 10_000 ? 180_000 : now) },
  parallelSyncs: {
    option: 'parallel-syncs',
    fix: (now, told) => {
      const replicas = Math.max(0, ...told.map(({ now: { replicas = 0 } }) => replicas));
      return now > 1 && replicas > 2 && now >= replicas - 1 ? 1 : now;
    },
  },
};
const FIELDS = Object.keys(SETTINGS) as Field[];

const Value = z.number().int().positive().optional();

/** Gives all Sentinels the same settings, and sensible ones; each keeps a copy of its own and writes it down itself. */
export default defineAction({
  args: z.strictObject({ quorum: Value, downAfterMs: Value, failoverTimeoutMs: Value, parallelSyncs: Value }),
  needs: [sentinelInfo, sentinelMaster],
  sends: [['SENTINEL', 'SET']],
  risks: ['reversible'],
  plan(args, { snapshot }) {
    const master = snapshot.target.sentinel?.master;
    const told = testimonies(snapshot, sentinelMaster);
    if (master === undefined || told.length === 0) return { refused: `no Sentinel watches ${snapshot.target.name}` };
    const failingOver = told.find(({ now }) => now.flags.includes('failover_in_progress'));
    if (failingOver) return { refused: busyBecause(failingOver.by, failingOver.now) ?? '' };
    const silent = snapshot.sentinels.find(({ kind }) => kind === 'unread');
    if (silent)
      return {
        refused: `${silent.name} could not be read and would keep its own settings: bring it back, or have it forgotten, first`,
      };
    const deaf = readSentinels(snapshot).find((node) => !told.some(({ by }) => by === node));
    if (deaf) return { refused: `${deaf.name} does not tell how it watches ${master}` };
    const wanted = Object.fromEntries(FIELDS.map((field) => [field, args[field] ?? wantedFor(field, told)]));
    const quorum = wanted.quorum;
    if (quorum !== undefined && quorum > votersIn(told)) {
      return {
        refused: `a quorum of ${quorum} cannot be met by ${votersIn(told)} Sentinels: no failover would be possible`,
      };
    }
    const changes = told.flatMap((view) => changesFor(view, wanted));
    if (changes.length === 0) return { refused: 'the settings of the Sentinels are the same everywhere and as usual' };
    const set = ({ view, field, to }: Change, value = to): PlannedCommand => ({
      node: view.by.name,
      via: 'sentinel',
      argv: ['SENTINEL', 'SET', master, SETTINGS[field].option, String(value)],
      applied: [{ node: view.by.name, reading: `sentinel-master.${field}`, value: String(value) }],
    });
    return {
      args: Object.fromEntries(
        FIELDS.flatMap((field) => (wanted[field] === undefined ? [] : [[field, wanted[field]]])),
      ),
      commands: changes.map((change) => set(change)),
      undo: changes.map((change) => set(change, change.from)),
      impact: [
        ...new Set(changes.map(({ field, to }) => effectOf(field, to))),
        ...changes.map(
          ({ view, field, from, to }) => `${view.by.name}: ${SETTINGS[field].option} ${to} instead of ${from}.`,
        ),
        'Each Sentinel writes it into its own file. Servers and clients notice nothing.',
      ],
      risk: 'reversible',
      watches: [...new Set(changes.map(({ view, field }) => `${view.by.name} sentinel-master.${field}`))].map((one) => {
        const [node = '', reading = ''] = one.split(' ');
        return { node, reading };
      }),
    };
  },
});

interface Change {
  view: View;
  field: Field;
  from: number;
  to: number;
}

/** What most of them have, where that will do. */
function wantedFor(field: Field, told: readonly View[]): number | undefined {
  const most = mostCommon(told.flatMap(({ now }) => now[field] ?? []));
  return most === undefined ? undefined : SETTINGS[field].fix(most, told);
}

function changesFor(view: View, wanted: Readonly<Record<string, number | undefined>>): Change[] {
  return FIELDS.flatMap((field): Change[] => {
    const [from, to] = [view.now[field], wanted[field]];
    return from === undefined || to === undefined || from === to ? [] : [{ view, field, from, to }];
  });
}

function effectOf(field: Field, to: number): string {
  switch (field) {
    case 'quorum':
      return `${to} Sentinels must have lost the primary before one of them fails over.`;
    case 'downAfterMs':
      return `A primary that does not answer counts as down after ${duration(to / 1000)}.`;
    case 'failoverTimeoutMs':
      return `A failover that does not come to its end is tried again after ${duration((2 * to) / 1000)}.`;
    case 'parallelSyncs':
      return `After a failover ${to} replica${to === 1 ? '' : 's'} at a time may be busy with a copy.`;
  }
}

/** All that the Sentinels count as voters, themselves among them. */
function votersIn(told: readonly View[]): number {
  return Math.max(...told.map(({ now }) => (now.otherSentinels ?? 0) + 1));
}

function majorityOf(voters: number): number {
  return Math.floor(voters / 2) + 1;
}
