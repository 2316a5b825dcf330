import type { Family } from '../handlers.ts';

const CONFIG = ['--config <file>', 'configuration file that names a folder of your own (default: medic.yml)'] as const;

interface Options {
  config?: string;
}

/** The remedies: what there is, whether it is right, whether it works. */
export const addPlaybooks: Family = (program, handlers, done) => {
  const playbooks = program.command('playbooks').description('the remedies, and those of your own');
  playbooks
    .command('list')
    .description('id, title, what they may send and which findings they answer')
    .option('--json', 'as JSON', false)
    .option(...CONFIG)
    .action(async (options: Options & { json: boolean }) => done(await handlers.playbooksList(options)));
  playbooks
    .command('show')
    .description('steps, parameters, guards and how one is verified')
    .argument('<id>', 'a playbook')
    .option(...CONFIG)
    .action(async (id: string, options: Options) => done(await handlers.playbooksShow({ id, ...options })));
  playbooks
    .command('lint')
    .description('name every mistake with file, line and column')
    .argument('[paths...]', 'files and folders; all that the bot would load when absent')
    .option(...CONFIG)
    .addHelpText('after', '\nExit status: 0 all are right, 64 mistakes.')
    .action(async (paths: string[], options: Options) => done(await handlers.playbooksLint({ paths, ...options })));
};
