import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type EngineVersion, parseEngineVersion } from '../domain/command-history.ts';
import { IncidentId } from '../domain/ids.ts';
import { Problem, problem } from '../domain/problem.ts';
import { parseDuration } from '../domain/quantity.ts';
import type { AclAsk } from './acl.ts';
import { CHECK_FORMATS, type CheckAsk, type CheckFormat } from './check.ts';
import type { DiagnoseAsk } from './diagnose.ts';

/** Exit status for wrong usage and for what the person must repair first: EX_USAGE of sysexits.h. */
const WRONG_USAGE = 64;
/** A bug: EX_SOFTWARE. Never 1 to 3, which are verdicts. */
const BROKEN = 70;

/** What each subcommand does; answers with the exit status. */
export interface Handlers {
  diagnose(ask: DiagnoseAsk): Promise<number>;
  check(ask: CheckAsk): Promise<number>;
  acl(ask: AclAsk): Promise<number>;
  configCheck(ask: { config: string }): Promise<number>;
  auditList(ask: { config: string; json: boolean; incident?: IncidentId; limit: number }): Promise<number>;
  auditVerify(ask: { config: string }): Promise<number>;
  auditExport(ask: { config: string; incident?: IncidentId }): Promise<number>;
  start(ask: { config: string }): Promise<number>;
}

export interface Output {
  out: (text: string) => void;
  err: (text: string) => void;
}

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

  program
    .command('diagnose')
    .description('read a deployment and say what is wrong with it; changes nothing')
    .argument('<target>', 'a target of medic.yml, or a redis:// or rediss:// URL, which needs no configuration')
    .option('--json', 'the report as JSON on standard output', false)
    .option('--for <duration>', 'time between the two samples', duration)
    .option('--deep', 'sample the keys as well: sizes, expiry, families, streams; Ctrl-C ends it early', false)
    .option('--config <file>', 'configuration file (default: medic.yml)')
    .addHelpText(
      'after',
      '\nExit status: 0 healthy, 1 warning, 2 critical, 3 unreachable or unassessed, 64 wrong usage.',
    )
    .action(async (what: string, options: { json: boolean; for?: number; deep: boolean; config?: string }) => {
      const { json, deep, for: forMs, config } = options;
      const given = { ...(forMs !== undefined && { forMs }), ...(config !== undefined && { config }) };
      done(await handlers.diagnose({ what, json, deep, ...given }));
    });

  program
    .command('check')
    .description('how ready a deployment is: every question of the checklist as pass, fail or not assessed')
    .argument('<target>', 'a target of medic.yml, or a redis:// or rediss:// URL, which needs no configuration')
    .addOption(new Option('--format <format>', 'how to print it').choices(CHECK_FORMATS).default('text'))
    .option('--for <duration>', 'time between the two samples', duration)
    .option('--config <file>', 'configuration file (default: medic.yml)')
    .addHelpText('after', '\nExit status: 0 nothing failed, 1 something did, 3 unreachable, 64 wrong usage.')
    .action(async (what: string, options: { format: CheckFormat; for?: number; config?: string }) => {
      const { format, for: forMs, config } = options;
      const given = { ...(forMs !== undefined && { forMs }), ...(config !== undefined && { config }) };
      done(await handlers.check({ what, format, ...given }));
    });

  const config = program.command('config').description('the configuration');
  withConfig(config.command('check'))
    .description('read medic.yml and the environment and name every mistake')
    .addHelpText('after', '\nExit status: 0 fine, 1 mistakes, 64 wrong usage.')
    .action(async (options: { config: string }) => done(await handlers.configCheck(options)));

  addAcl(program, handlers, done);
  addAudit(program, handlers, done);

  withConfig(program.command('start'))
    .description('the bot: Slack, webhooks and the worker, until it is stopped')
    .action(async (options: { config: string }) => done(await handlers.start(options)));
  return program;
}

function version(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}

function addAcl(program: Command, handlers: Handlers, done: (status: number) => void): void {
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
}

function addAudit(program: Command, handlers: Handlers, done: (status: number) => void): void {
  const audit = program.command('audit').description('the tamper-evident record of everything that was done');
  withConfig(audit.command('list'))
    .description('the newest events')
    .option('--json', 'JSON lines', false)
    .option('--incident <id>', 'only those of one incident', incidentId)
    .option('--limit <number>', 'how many', wholeNumber, 50)
    .action(async (options: Parameters<Handlers['auditList']>[0]) => done(await handlers.auditList(options)));
  withConfig(audit.command('verify'))
    .description('check the chain and its anchors: finds edits, deletions, reordering and a cut end')
    .addHelpText('after', '\nExit status: 0 intact, 2 broken, 64 wrong usage.')
    .action(async (options: { config: string }) => done(await handlers.auditVerify(options)));
  withConfig(audit.command('export'))
    .description('every event as JSON lines, oldest first')
    .option('--incident <id>', 'only those of one incident', incidentId)
    .action(async (options: Parameters<Handlers['auditExport']>[0]) => done(await handlers.auditExport(options)));
}

function withConfig(command: Command): Command {
  return command.addOption(new Option('--config <file>', 'configuration file').default('medic.yml'));
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) throw new InvalidArgumentError(problem('duration-invalid', text).message);
  return ms;
}

function engineVersion(text: string): EngineVersion {
  const at = parseEngineVersion(text);
  if (!at) throw new InvalidArgumentError(problem('engine-invalid', text).message);
  return at;
}

function userName(text: string): string {
  if (!/^[^\s"'()]{1,100}$/.test(text)) throw new InvalidArgumentError(problem('user-invalid', text).message);
  return text;
}

function incidentId(text: string): IncidentId {
  const id = IncidentId.safeParse(text);
  if (!id.success) throw new InvalidArgumentError(problem('incident-id-invalid', text).message);
  return id.data;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Write a whole number from 1.');
  return Number(text);
}
