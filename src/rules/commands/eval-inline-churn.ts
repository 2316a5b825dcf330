import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { duration } from '../../domain/units.ts';
import commandStats from '../../probes/command-stats.ts';
import memory from '../../probes/memory.ts';
import stats from '../../probes/stats.ts';

/** EVAL sends the script each time; a few are how a client gets a script into the cache. */
const FEWEST = 20;
const TIMES_EVALSHA = 10;

/** Of the EVAL calls, so many were a script that the server had not seen. */
const NEW_SCRIPTS = 0.1;

export default defineRule({
  scope: 'node',
  needs: { commandStats, memory, stats },
  more:
    'Scripts are sent and compiled again and again, and each new text stays in the cache of scripts. ' +
    'Usually values are pasted into the text of a script, so that no two are the same, or a client never uses EVALSHA. ' +
    'Pass values as KEYS and ARGV, and load the script once (EVALSHA, or a function).',
  check({ commandStats, memory, stats }, { threshold }) {
    const calls = (name: string) => growth(commandStats, ({ commands }) => commands.get(name)?.calls ?? 0);
    const [evals, shas] = [calls('eval'), calls('evalsha')];
    if (evals === undefined || shas === undefined)
      return { unassessed: 'calls of scripts need two samples to compare' };
    if (evals < threshold('fewest', FEWEST) || evals < TIMES_EVALSHA * shas) return;
    const cached = (memory.now.number_of_cached_scripts ?? 0) - (memory.before?.number_of_cached_scripts ?? 0);
    // From 7.4 and Valkey 8 on the cache holds 500, and what is new pushes out what is old.
    const fresh = Math.max(0, cached) + (growth(stats, (sample) => sample.evicted_scripts) ?? 0);
    if (fresh < NEW_SCRIPTS * evals) return;
    return {
      severity: 'info',
      headline: `${fresh} new scripts in ${evals} EVAL calls within ${duration(commandStats.seconds)}: their text differs each time`,
      evidence: [
        { field: 'cmdstat_eval.calls', value: `+${evals}`, expected: `fewer than cmdstat_evalsha (+${shas})` },
        { field: 'number_of_cached_scripts', value: `+${fresh}, evicted ones included`, expected: '+0' },
      ],
    };
  },
});
