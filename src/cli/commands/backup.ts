import { InvalidArgumentError } from 'commander';
import { BackupId } from '../../domain/backup.ts';
import { problem } from '../../domain/problem.ts';
import type { Family } from '../handlers.ts';
import { withConfig } from './options.ts';

export const addBackup: Family = (program, handlers, done) => {
  const backup = program
    .command('backup')
    .description('copies of the data over the network, and whether they are good');
  withConfig(backup.command('list'))
    .description('the backups that are kept, newest first')
    .argument('[target]', 'only those of this target of medic.yml')
    .option('--json', 'JSON', false)
    .action(async (target: string | undefined, options: { json: boolean; config: string }) =>
      done(await handlers.backupList({ ...options, ...(target !== undefined && { target }) })),
    );
  withConfig(backup.command('take'))
    .description('copy the data of a target, store it and check it; changes nothing on the servers')
    .argument('<target>', 'a target of medic.yml')
    .option('--node <host:port>', 'this server, instead of the replica that is least behind')
    .option('--json', 'JSON', false)
    .addHelpText('after', '\nExit status: 0 taken and not broken, 1 not, 64 wrong usage.')
    .action(async (target: string, options: { node?: string; json: boolean; config: string }) =>
      done(await handlers.backupTake({ target, ...options })),
    );
  withConfig(backup.command('verify'))
    .description(
      'read a backup, compare its checksum, load it into a scratch server where there is one, and tell what has changed on its server since',
    )
    .argument('<id>', 'as backup list shows it', backupId)
    .option('--json', 'JSON', false)
    .addHelpText('after', '\nExit status: 0 intact, 2 broken, 3 cannot be told here, 64 wrong usage.')
    .action(async (id: BackupId, options: { json: boolean; config: string }) =>
      done(await handlers.backupVerify({ id, ...options })),
    );
  withConfig(backup.command('prune'))
    .description('delete the backups that `keep` of the target does not keep; never the newest verified one')
    .argument('<target>', 'a target of medic.yml')
    .option('--dry-run', 'only say which', false)
    .action(async (target: string, options: { dryRun: boolean; config: string }) =>
      done(await handlers.backupPrune({ target, ...options })),
    );
};

function backupId(text: string): BackupId {
  const id = BackupId.safeParse(text);
  if (!id.success) throw new InvalidArgumentError(problem('backup-id-invalid', text).message);
  return id.data;
}
