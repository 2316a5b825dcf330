import type { Command } from 'commander';
import type { BackupId } from '../domain/backup.ts';
import type { IncidentId } from '../domain/ids.ts';
import type { AclAsk } from './acl.ts';
import type { AclHostAsk } from './acl-host.ts';
import type { CheckAsk } from './check.ts';
import type { DiagnoseAsk } from './diagnose.ts';
import type { PlanCommandAsk } from './plan.ts';

/** What each subcommand does; answers with the exit status. */
export interface Handlers {
  diagnose(ask: DiagnoseAsk): Promise<number>;
  check(ask: CheckAsk): Promise<number>;
  acl(ask: AclAsk): Promise<number>;
  aclHost(ask: AclHostAsk): Promise<number>;
  configCheck(ask: { config: string }): Promise<number>;
  auditList(ask: { config: string; json: boolean; incident?: IncidentId; limit: number }): Promise<number>;
  auditVerify(ask: { config: string }): Promise<number>;
  auditExport(ask: { config: string; incident?: IncidentId }): Promise<number>;
  plan(ask: PlanCommandAsk): Promise<number>;
  playbooksList(ask: { json: boolean; config?: string }): Promise<number>;
  playbooksShow(ask: { id: string; config?: string }): Promise<number>;
  playbooksLint(ask: { paths: readonly string[]; config?: string }): Promise<number>;
  playbooksTest(ask: { what: readonly string[]; server?: string; config?: string }): Promise<number>;
  backupList(ask: { config: string; target?: string; json: boolean }): Promise<number>;
  backupTake(ask: { config: string; target: string; node?: string; json: boolean }): Promise<number>;
  backupVerify(ask: { config: string; id: BackupId; json: boolean }): Promise<number>;
  backupPrune(ask: { config: string; target: string; dryRun: boolean }): Promise<number>;
  start(ask: { config: string }): Promise<number>;
}

export interface Output {
  out: (text: string) => void;
  err: (text: string) => void;
}

/** Adds a family of commands to the program; `done` takes the exit status of the one that was called. */
export type Family = (program: Command, handlers: Handlers, done: (status: number) => void) => void;
