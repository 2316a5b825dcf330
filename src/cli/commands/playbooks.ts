import { InvalidArgumentError } from 'commander';
import { problem } from '../../domain/problem.ts';
import type { Family } from '../handlers.ts';
import { TARGET } from './options.ts';

const CONFIG = ['--config <file>', 'configuration file that names a folder of your own (default: medic.yml)'] as const;

interface Options {
  config?: string;
}

interface PlanOptions {
  set: Record<string, string>;
  node?: string;
  json: boolean;
}

/** The remedies: what there is, whether it is right, whether it works. */
export const addPlaybooks: Family = (program, handlers, done) => {
  program
    .command('plan')
    .description('what a playbook would do to a target, to the last command; changes nothing')
    .argument('<playbook>', 'its id')
    .argument(...TARGET)
    .option('--set <name=value>', 'a parameter; may be given more than once', setting, {})
    .option('--node <host:port>', 'the server, where it is not plain which')
    .option('--json', 'as JSON', false)
    .option(...CONFIG)
    .addHelpText('after', '\nExit status: 0 it can be proposed, 2 it cannot, with the reason, 64 wrong usage.')
    .action(async (playbook: string, what: string, options: Options & PlanOptions) =>
      done(await handlers.plan({ playbook, what, ...options })),
    );
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
  playbooks
    .command('test')
    .description('try them on disposable servers of their own: break, diagnose, plan, run, verify, undo')
    .argument('[what...]', 'ids, files or folders; all that can be tried when absent')
    .option('--server <path>', 'the server program (default: REDIS_SERVER, or the one on PATH)')
    .option(...CONFIG)
    .addHelpText('after', '\nExit status: 0 they do what they say, 2 one does not, 64 wrong usage.')
    .action(async (what: string[], options: Options & { server?: string }) =>
      done(await handlers.playbooksTest({ what, ...options })),
    );
};

function setting(text: string, before: Record<string, string>): Record<string, string> {
  const [, name, value] = /^([^=\s]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError(problem('set-invalid', text).message);
  return { ...before, [name]: value };
}
