import { isSame, writtenValue } from '../domain/config-drift.ts';
import { directivesOf } from '../domain/config-file.ts';
import { defineHostProbe, file } from '../domain/host-probe.ts';
import { printable } from '../domain/printable.ts';
import { runtimeOnly } from '../domain/replication-group.ts';
import type { Setting } from '../domain/settings.ts';
import { readingIfAny } from '../domain/snapshot.ts';
import server from './server.ts';

/** Names of parameters whose values are passwords; only that they are there is told. */
const SECRETS = ['requirepass', 'masterauth', 'tls-key-file-pass', 'tls-client-key-file-pass', 'user'];

/** The configuration file, without its secrets. */
const hostConfigFile = defineHostProbe({
  sampled: 'once',
  asks: { config: file('{config_file}') },
  read(answers) {
    const directives = directivesOf(answers.need('config'));
    return {
      /** Parameter -> its lines, each as words, in the order of the file. Secrets have none. */
      values: new Map([...directives].filter(([name]) => !SECRETS.includes(name))),
      secrets: SECRETS.filter((name) => directives.has(name)),
    };
  },
});
export default hostConfigFile;

/** What becomes of settings at a restart, and where the file of a server, if it can be read, differs from what ran before. */
export function afterRestart(settings: readonly Setting[]): string[] {
  const files = settings.map(({ node }) => readingIfAny(node, server)?.now.config_file);
  const drifted = settings.flatMap(({ node, parameter, from }) => {
    const lines = readingIfAny(node, hostConfigFile)?.now.values.get(parameter);
    const written = lines && writtenValue(parameter, lines);
    if (written === undefined || isSame(parameter, from, written)) return [];
    return [
      `The file of ${node.name} says ${parameter} ${printable(written, 60) || '""'} already, not the ${from} that runs.`,
    ];
  });
  return [runtimeOnly(files.find((file) => file !== undefined && file !== '')), ...drifted];
}
