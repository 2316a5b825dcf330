import { defineRule } from '../../domain/rule.ts';
import { atLeast } from '../../domain/server.ts';
import { readingOf } from '../../domain/snapshot.ts';
import hostConfigFile from '../../probes/host-config-file.ts';

/** Old names and what they are called since 7.0; those of replicas (slave-…) are alike everywhere and told by nobody. */
const RENAMED: readonly (readonly [old: RegExp, now: (name: string) => string])[] = [
  [/^(hash|zset|list)-max-ziplist-/, (name) => name.replace('ziplist', 'listpack')],
  [/^lua-time-limit$/, () => 'busy-reply-threshold'],
];

export default defineRule({
  scope: 'node',
  needs: {},
  more:
    'The configuration file uses names from before 7.0. They still work as aliases, but documentation and CONFIG REWRITE use the new ones, and two names of one parameter in a file are easily set to two values. ' +
    'Write the new names at the next change.',
  check(_readings, { node }) {
    // Before 7.0 these are the only names there are.
    if (!atLeast(node.identity.version, '7.0')) return;
    const { values } = readingOf(node, hostConfigFile).now;
    const old = [...values.keys()].flatMap((name) => {
      const renamed = RENAMED.find(([old]) => old.test(name));
      return renamed ? [{ name, now: renamed[1](name) }] : [];
    });
    if (old.length === 0) return;
    return {
      severity: 'info',
      headline: `The configuration file uses ${old.length} old ${old.length === 1 ? 'name' : 'names'}: ${old
        .slice(0, 3)
        .map(({ name }) => name)
        .join(', ')}`,
      evidence: old.map(({ name, now }) => ({ field: name, value: 'in the file', expected: now })),
    };
  },
});
