import { growth, rate } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { bytes, duration } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';
import stats from '../../probes/stats.ts';

/** MEMORY DOCTOR's limit. */
const MANY = 1000;

/** New scripts per second that no deployment explains, once there are more than an application has of its own. */
const GROWTH_PER_SECOND = 1;
const MORE_THAN_AN_APPLICATION_HAS = 100;
const NOT_BY_CHANCE = 10;

export default defineRule({
  scope: 'node',
  needs: { memory, stats },
  explains: ['lua-vm-memory-high', 'overhead-dominates-maxmemory', 'eval-inline-churn'],
  tells: 'number_of_cached_scripts of INFO memory rises, and used_memory_scripts with it.',
  more:
    'Each distinct script text is compiled and kept until SCRIPT FLUSH, a restart, or (Redis 7.4, Valkey 8.0 and newer) until 500 newer ones were sent with EVAL. ' +
    'Usually the application writes values into the text of its scripts instead of passing them as KEYS and ARGV. ' +
    'Mend that first; SCRIPT FLUSH ASYNC then frees the memory, but callers of EVALSHA must fall back to EVAL.',
  check({ memory, stats }, { threshold }) {
    const { number_of_cached_scripts: cached, used_memory_scripts: held } = memory.now;
    if (cached === undefined) return { unassessed: 'INFO has no number_of_cached_scripts' };
    const many = threshold('scripts', MANY);
    const added = growth(memory, (sample) => sample.number_of_cached_scripts) ?? 0;
    const perSecond = rate(memory, (sample) => sample.number_of_cached_scripts) ?? 0;
    const evicted = growth(stats, (sample) => sample.evicted_scripts) ?? 0;
    const isGrowing = perSecond > GROWTH_PER_SECOND && added >= NOT_BY_CHANCE && cached > MORE_THAN_AN_APPLICATION_HAS;
    if (cached <= many && evicted === 0 && !isGrowing) return;
    const meanwhile = added + evicted > 0 ? `, ${added + evicted} of them new in ${duration(memory.seconds)}` : '';
    return {
      severity: 'warning',
      headline: `${cached} scripts are cached${meanwhile}`,
      evidence: [
        { field: 'number_of_cached_scripts', value: `${cached} (+${added})`, expected: `<= ${many}, and steady` },
        { field: 'evicted_scripts', value: `+${evicted}`, expected: '+0' },
        {
          field: 'used_memory_scripts',
          value: held === undefined ? 'missing' : `${held} (${bytes(held)})`,
          expected: 'a few KiB',
        },
      ],
    };
  },
});
