import { usual } from '../../domain/baseline.ts';
import { causeOf, ownerOf } from '../../domain/error-classes.ts';
import type { Evidence } from '../../domain/finding.ts';
import { growth, type Reading } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { historyOf, type ReadNode, readingIfAny, type Snapshot } from '../../domain/snapshot.ts';
import { duration, percent } from '../../domain/units.ts';
import commandStats from '../../probes/command-stats.ts';
import errorStats, { newErrors } from '../../probes/error-stats.ts';
import server from '../../probes/server.ts';
import stats from '../../probes/stats.ts';

/** Of the commands; and a handful is no rate, nor are the questions of ours that a service refuses at each look. */
const SHARE = 0.01;
const FEWEST = 10;
const PER_SECOND = 0.5;

/** Where `watch` knows what is usual at this hour, this much more is a spike as well, from this share on. */
const TIMES_USUAL = 10;
const UNUSUAL_SHARE = 0.001;
const LEAST_USUAL = 0.1;

/** For so long after a restart clients send their scripts again, and every NOSCRIPT is as it should be. Seconds. */
const FRESH = 600;

const SHOWN = 4;

type Classes = readonly (readonly [code: string, count: number])[];

export default defineRule({
  scope: 'node',
  needs: { stats, errorStats, server },
  more:
    'The server answers a notable part of the commands with an error, and what was meant by them did not happen. ' +
    'Usually a deployment changed what a key holds, or a client speaks of scripts, groups or commands that are not here. ' +
    'Errors that have a finding of their own (memory, permissions, redirections …) are told there; for the others look into the logs of the applications.',
  check({ stats, errorStats, server }, { node, snapshot, threshold }) {
    const errors = growth(stats, (sample) => sample.total_error_replies);
    const commands = growth(stats, (sample) => sample.total_commands_processed);
    if (errors === undefined || commands === undefined)
      return { unassessed: 'error replies need two samples to compare' };
    const applied = growth(stats, (sample) => sample.unexpected_error_replies) ?? 0;
    if (applied > 0) return divergence(applied);
    const classes = newClasses(errorStats);
    const elsewhere = toldElsewhere(classes, server.now.uptime_in_seconds);
    const judged = classes.filter((one) => !elsewhere.includes(one));
    const asked = Math.max(1, commands + rejected(node));
    const own = Math.max(0, errors - sum(elsewhere));
    const share = threshold('share', SHARE);
    if (own < Math.max(threshold('fewest', FEWEST), PER_SECOND * stats.seconds)) return;
    if (own / asked <= share && !isUnusual(own, asked, stats.seconds, { node, snapshot })) return;
    const codes = judged.slice(0, SHOWN).map(([code]) => code);
    return {
      severity: 'warning',
      headline:
        `${percent(own / asked)} of the commands fail: ${own} errors in ${duration(stats.seconds)}` +
        (codes.length > 0 ? ` (${codes.join(', ')})` : ''),
      evidence: [
        { field: 'total_error_replies', value: `+${errors} of ${asked} commands`, expected: `<= ${percent(share)}` },
        ...judged.slice(0, SHOWN).map(([code, count]) => evidence(code, count, causeOf(code))),
        ...elsewhere.map(([code, count]) => evidence(code, count, ownerOf(code) ?? 'not counted here')),
      ],
    };
  },
});

/** What a replica or the append-only file applied went wrong: the data may differ from here on. */
function divergence(applied: number) {
  return {
    severity: 'high' as const,
    headline: `${applied} writes of the replication stream or the append-only file failed here: this copy may differ from its source`,
    evidence: [{ field: 'unexpected_error_replies', value: `+${applied}`, expected: '+0' }],
  };
}

/** Errors that other findings judge, that follow from those, or that are as they should be. */
function toldElsewhere(classes: Classes, uptime: number): Classes {
  const anyOwned = classes.some(([code]) => ownerOf(code) !== undefined);
  const excused = [...(uptime < FRESH ? ['NOSCRIPT'] : []), ...(anyOwned ? ['EXECABORT'] : [])];
  return classes.filter(([code]) => ownerOf(code) !== undefined || excused.includes(code));
}

function evidence(code: string, count: number, meaning: string): Evidence {
  return { field: `errorstat_${code}`, value: `+${count}`, expected: `+0: ${meaning}` };
}

/** The classes that grew, most first. ERRORSTATS_DISABLED stands for classes that the server gave up counting. */
function newClasses(reading: Reading<{ counts: ReadonlyMap<string, number> }>): Classes {
  return [...reading.now.counts.keys()]
    .map((code) => [code, newErrors(reading, code) ?? 0] as const)
    .filter(([, count]) => count > 0)
    .toSorted(([, one], [, other]) => other - one);
}

/** Refused before they ran, so that they are not among the commands processed. */
function rejected(node: ReadNode): number {
  const reading = readingIfAny(node, commandStats);
  if (!reading) return 0;
  const refused = (sample: typeof reading.now) =>
    [...sample.commands.values()].reduce((all, one) => all + one.rejected, 0);
  return growth(reading, refused) ?? 0;
}

function isUnusual(own: number, asked: number, seconds: number, here: { node: ReadNode; snapshot: Snapshot }): boolean {
  const normal = usual(historyOf(here.snapshot, here.node), 'total_error_replies', here.snapshot.takenAt);
  if (!normal || own / asked < UNUSUAL_SHARE) return false;
  return own / seconds > TIMES_USUAL * Math.max(normal.median, normal.spread, LEAST_USUAL);
}

function sum(classes: Classes): number {
  return classes.reduce((all, [, count]) => all + count, 0);
}
