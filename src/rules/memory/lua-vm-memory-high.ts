import { defineRule } from '../../domain/rule.ts';
import { bytes } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';

const HIGH = 100 * 1024 * 1024;

export default defineRule({
  scope: 'node',
  needs: { memory },
  explains: ['rss-near-memory-limit', 'rss-overhead-nonallocator'],
  tells: 'used_memory_vm_total of INFO memory is a large part of used_memory_rss.',
  more:
    'The interpreters of EVAL and of functions hold this much, which most versions count neither in used_memory nor against maxmemory. ' +
    'Usually a script builds very large tables or strings, or very many scripts are cached. ' +
    'Have scripts work in smaller pieces; SCRIPT FLUSH ASYNC starts a new interpreter, and callers of EVALSHA must fall back to EVAL.',
  check({ memory: { now } }, { threshold }) {
    const [field, held] =
      now.used_memory_vm_total === undefined
        ? ['used_memory_lua', now.used_memory_lua]
        : ['used_memory_vm_total', now.used_memory_vm_total];
    if (held === undefined) return { unassessed: 'INFO has neither used_memory_vm_total nor used_memory_lua' };
    const high = threshold('bytes', HIGH);
    if (held <= high) return;
    return {
      severity: 'warning',
      headline: `The script interpreters hold ${bytes(held)}`,
      evidence: [
        { field, value: String(held), expected: `<= ${high}` },
        {
          field: 'number_of_cached_scripts',
          value: String(now.number_of_cached_scripts ?? 'missing'),
          expected: 'few',
        },
      ],
    };
  },
});
