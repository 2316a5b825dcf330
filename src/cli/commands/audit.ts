import { InvalidArgumentError } from 'commander';
import { IncidentId } from '../../domain/ids.ts';
import { problem } from '../../domain/problem.ts';
import type { Family, Handlers } from '../handlers.ts';
import { wholeNumber, withConfig } from './options.ts';

export const addAudit: Family = (program, handlers, done) => {
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
};

function incidentId(text: string): IncidentId {
  const id = IncidentId.safeParse(text);
  if (!id.success) throw new InvalidArgumentError(problem('incident-id-invalid', text).message);
  return id.data;
}
