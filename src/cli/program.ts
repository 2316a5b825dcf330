import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { Problem } from '../domain/problem.ts';
import { addAcl } from './commands/acl.ts';
import { addAudit } from './commands/audit.ts';
import { addBackup } from './commands/backup.ts';
import { addLooks } from './commands/look.ts';
import { withConfig } from './commands/options.ts';
import { addPlaybooks } from './commands/playbooks.ts';
import type { Handlers, Output } from './handlers.ts';

/** Exit status for wrong usage and for what the person must repair first: EX_USAGE of sysexits.h. */
const WRONG_USAGE = 64;
/** A bug: EX_SOFTWARE. Never 1 to 3, which are verdicts. */
const BROKEN = 70;

/** Runs one command line, without the program's own name, and answers with its exit status. */
export async function runProgram(words: readonly string[], handlers: Handlers, output: Output): Promise<number> {
  let status = 0;
  const program = build(handlers, output, (result) => {
    status = result;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
    if (error instanceof Problem) {
      output.err(`${error.message}\n`);
      return WRONG_USAGE;
    }
    output.err(`redis-medic has a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return BROKEN;
  }
}

function build(handlers: Handlers, { out, err }: Output, done: (status: number) => void): Command {
  const program = new Command('redis-medic')
    .description('Diagnoses Redis and Valkey, proposes exact commands, runs what people approved.')
    .version(version())
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err })
    .showHelpAfterError('(redis-medic help shows what there is)')
    .addHelpText(
      'after',
      '\nExit status: 0 healthy or done, 64 wrong usage, 70 a bug; others stand with their command.',
    );

  addLooks(program, handlers, done);

  const config = program.command('config').description('the configuration');
  withConfig(config.command('check'))
    .description('read medic.yml and the environment and name every mistake')
    .addHelpText('after', '\nExit status: 0 fine, 1 mistakes, 64 wrong usage.')
    .action(async (options: { config: string }) => done(await handlers.configCheck(options)));

  addPlaybooks(program, handlers, done);
  addAcl(program, handlers, done);
  addAudit(program, handlers, done);
  addBackup(program, handlers, done);

  withConfig(program.command('start'))
    .description('the bot: Slack, webhooks and the worker, until it is stopped')
    .action(async (options: { config: string }) => done(await handlers.start(options)));
  return program;
}

function version(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}
