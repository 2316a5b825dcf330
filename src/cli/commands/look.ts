import { Option } from 'commander';
import { CHECK_FORMATS, type CheckFormat } from '../check.ts';
import type { Family } from '../handlers.ts';
import { duration, TARGET } from './options.ts';

/** Commands that read a deployment and change nothing. */
export const addLooks: Family = (program, handlers, done) => {
  program
    .command('diagnose')
    .description('read a deployment and say what is wrong with it; changes nothing')
    .argument(...TARGET)
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
    .argument(...TARGET)
    .addOption(new Option('--format <format>', 'how to print it').choices(CHECK_FORMATS).default('text'))
    .option('--for <duration>', 'time between the two samples', duration)
    .option('--config <file>', 'configuration file (default: medic.yml)')
    .addHelpText('after', '\nExit status: 0 nothing failed, 1 something did, 3 unreachable, 64 wrong usage.')
    .action(async (what: string, options: { format: CheckFormat; for?: number; config?: string }) => {
      const { format, for: forMs, config } = options;
      const given = { ...(forMs !== undefined && { forMs }), ...(config !== undefined && { config }) };
      done(await handlers.check({ what, format, ...given }));
    });
};
