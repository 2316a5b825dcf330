import { InvalidArgumentError } from 'commander';
import { type EngineVersion, parseEngineVersion } from '../../domain/command-history.ts';
import { problem } from '../../domain/problem.ts';
import type { AclHostAsk } from '../acl-host.ts';
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
  acl
    .command('host')
    .description('accounts, rules of sudo and files that a machine needs; with unit, data and backups for restores too')
    .option('--reader <name>', 'the account that looks', account, 'medic-ssh')
    .option('--user <name>', 'the account that runs approved commands', account, 'medic-host')
    .option('--unit <unit>', 'the systemd unit of the server: redis-server.service')
    .option('--data <folder>', 'its data folder: /var/lib/redis')
    .option('--backups <folder>', 'the folder where a backup to restore is put: /var/backups/redis')
    .option('--owner <name>', 'the account that the server runs as', 'redis')
    .option('--checker <program>', 'redis-check-rdb of the same version', '/usr/bin/redis-check-rdb')
    .option('--snapshot <name>', 'the parameter dbfilename', 'dump.rdb')
    .option('--aof_folder <name>', 'the parameter appenddirname', 'appendonlydir')
    .option('--aof_file <name>', 'the parameter appendfilename', 'appendonly.aof')
    .action(async ({ reader, user, ...facts }: { reader: string; user: string } & AclHostAsk['facts']) =>
      done(await handlers.aclHost({ reader, user, facts })),
    );
};

function engineVersion(text: string): EngineVersion {
  const at = parseEngineVersion(text);
  if (!at) throw new InvalidArgumentError(problem('engine-invalid', text).message);
  return at;
}

function account(text: string): string {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(text)) throw new InvalidArgumentError(problem('user-invalid', text).message);
  return text;
}

function userName(text: string): string {
  if (!/^[^\s"'()]{1,100}$/.test(text)) throw new InvalidArgumentError(problem('user-invalid', text).message);
  return text;
}
