import { InvalidArgumentError } from 'commander';
import { type EngineVersion, parseEngineVersion } from '../../domain/command-history.ts';
import { problem } from '../../domain/problem.ts';
import type { Family } from '../handlers.ts';

export const addAcl: Family = (program, handlers, done) => {
  const acl = program
    .command('acl')
    .description('the ACL line of a login with no more rights than it needs; asks no server');
  const login = (usage: string, about: string, user: string) =>
    acl
      .command(usage)
      .description(about)
      .option('--engine <engine@version>', 'the server that it is for', engineVersion, {
        engine: 'redis',
        version: '7.0',
      })
      .option('--user <name>', 'the name of the user', userName, user);
  interface For {
    engine: EngineVersion;
    user: string;
  }
  const ask = ({ engine: at, user }: For) => ({ at, user });
  login('diagnose', 'reading: all that the loaded probes ask', 'medic-ro')
    .option('--deep', 'with what a sample of the keys needs', false)
    .action(async (options: For & { deep: boolean }) =>
      done(await handlers.acl({ login: 'diagnose', deep: options.deep, ...ask(options) })),
    );
  login('remediate <class...>', 'approved commands of these classes, or all', 'medic-fix').action(
    async (classes: string[], options: For) =>
      done(await handlers.acl({ login: 'remediate', classes, ...ask(options) })),
  );
  login('sentinel', 'reading on the Sentinels', 'medic-ro').action(async (options: For) =>
    done(await handlers.acl({ login: 'sentinel', ...ask(options) })),
  );
};

function engineVersion(text: string): EngineVersion {
  const at = parseEngineVersion(text);
  if (!at) throw new InvalidArgumentError(problem('engine-invalid', text).message);
  return at;
}

function userName(text: string): string {
  if (!/^[^\s"'()]{1,100}$/.test(text)) throw new InvalidArgumentError(problem('user-invalid', text).message);
  return text;
}
