import { printable } from '../../domain/printable.ts';
import { defineRule } from '../../domain/rule.ts';
import modules, { type Module } from '../../probes/modules.ts';

/** Part of the server itself: vector sets of Redis 8, the script engine of Valkey 9. */
const BUILT_IN = ({ path, name }: Module) => path === '' || path === name;

export default defineRule({
  scope: 'node',
  needs: { modules },
  more:
    'Modules run inside the server: their memory, their pauses and their crashes are its own, and they bring commands that the usual ACL categories may not cover. ' +
    'Keep their versions in step with the server’s, load the same ones on every member of the group, and look at their own sections of INFO when something is odd.',
  check({ modules: { now } }) {
    const loaded = now.filter((module) => !BUILT_IN(module));
    if (loaded.length === 0) return;
    return {
      severity: 'info',
      headline: `Modules are loaded: ${loaded.map(({ name }) => printable(name, 48)).join(', ')}`,
      evidence: loaded.map(({ name, version, path }) => ({
        field: printable(name, 48),
        value: `version ${version}${path === undefined ? '' : `, ${printable(path)}`}`,
        expected: 'known to you',
      })),
    };
  },
});
