import { directivesOf } from '../domain/config-file.ts';
import { defineHostProbe, file } from '../domain/host-probe.ts';

/** Names of parameters whose values are passwords; only that they are there is told. */
const SECRETS = ['requirepass', 'masterauth', 'tls-key-file-pass', 'tls-client-key-file-pass', 'user'];

/** The configuration file, without its secrets. */
export default defineHostProbe({
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
