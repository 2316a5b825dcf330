import { type Backup, type BackupId, isVerified, keysIn } from '../domain/backup.ts';
import type { TargetName } from '../domain/ids.ts';
import { printable } from '../domain/printable.ts';
import { problem } from '../domain/problem.ts';
import type { Target } from '../domain/target.ts';
import { bytes, duration } from '../domain/units.ts';
import { backUpTarget, prune } from '../flow/backup/back-up-target.ts';
import { type BesideSource, compareWithSource, toldBesideSource } from '../flow/backup/beside-source.ts';
import { Unreadable } from '../flow/backup/file.ts';
import { type CheckedBackup, verifyWithSample } from '../flow/backup/verify.ts';
import type { Works } from '../flow/backup/works.ts';
import type { Shelves } from '../flow/ports.ts';
import { columns } from './render/layout.ts';
import type { Terminal } from './render/terminal.ts';

/** What the backup commands need; `works` is there once the configuration has been read. */
export interface BackupDeps {
  works: Works;
  /** Why what is done is not in the audit trail. */
  unrecorded?: string;
  shelves: Pick<Shelves, 'probes' | 'actions'>;
  targets: ReadonlyMap<TargetName, Target>;
  out: Terminal;
  err: Terminal;
  stop: AbortSignal;
}

/** `redis-medic backup list`: 0, newest first. */
export async function backupList(
  { works, targets, out, err }: BackupDeps,
  { target, json }: { target?: string; json: boolean },
): Promise<number> {
  const only = target === undefined ? undefined : targetNamed(targets, target).name;
  const backups = await works.catalog.list(only);
  if (json) out.write(`${JSON.stringify(backups, null, 2)}\n`);
  else {
    const now = works.clock.now();
    for (const line of columns(backups.map((backup) => row(backup, now)))) out.write(`${line}\n`);
    if (backups.length === 0) err.write(`There is no backup yet in ${works.catalog.place.shown}.\n`);
  }
  return 0;
}

function row(backup: Backup, now: number): string[] {
  const { id, target, node, engine, engineVersion, takenAt, verification } = backup;
  return [
    id,
    target,
    `${duration(Math.max(0, (now - takenAt) / 1000))} ago`,
    bytes(backup.bytes),
    `${keysIn(backup)} keys`,
    node,
    `${engine} ${engineVersion}`,
    isVerified(backup) ? `verified (${verification.engine ?? ''})` : STATES[verification.verdict],
  ];
}

const STATES: Readonly<Record<Backup['verification']['verdict'], string>> = {
  intact: 'read through, not loaded',
  unknown: 'not all of it can be read here',
  broken: 'BROKEN',
};

/** `redis-medic backup take`: 0 when every group was copied and nothing of it is broken, 1 when not. */
export async function backupTake(
  deps: BackupDeps,
  { target: name, node, json }: { target: string; node?: string; json: boolean },
): Promise<number> {
  const { works, shelves, out, err, stop, unrecorded } = deps;
  if (unrecorded !== undefined) err.write(`Not in the audit trail: ${unrecorded}\n`);
  const target = targetNamed(deps.targets, name);
  const line = progressLine(err);
  const outcomes = await backUpTarget(works, shelves, {
    target,
    reason: { kind: 'manual' },
    ...(node !== undefined && { node }),
    signal: stop,
    announce: (impact) => err.write(impact.map((sentence) => `${sentence}\n`).join('')),
    progress: line.show,
  });
  line.clear();
  if (json) out.write(`${JSON.stringify(outcomes, null, 2)}\n`);
  else
    for (const outcome of outcomes)
      out.write(outcome.kind === 'taken' ? told(outcome.backup) : `${outcome.node}: ${outcome.because}\n`);
  return outcomes.every(({ kind }) => kind === 'taken') ? 0 : 1;
}

function told({ id, node, bytes: size, tookMs, sha256, verification, ...backup }: Backup): string {
  const speed = bytes(size / Math.max(0.001, tookMs / 1000));
  return [
    `${id}: ${keysIn(backup)} keys of ${node}, ${bytes(size)} in ${duration(tookMs / 1000)} (${speed}/s)`,
    `SHA-256 ${sha256}`,
    `${verification.verdict === 'intact' ? 'Intact' : verification.verdict === 'broken' ? 'BROKEN' : 'Unclear'}: ${printable(verification.said, 600)}`,
    '',
  ].join('\n');
}

/** `redis-medic backup verify`: 0 intact, 2 broken, 3 when that cannot be told here. */
export async function backupVerify(deps: BackupDeps, { id, json }: { id: BackupId; json: boolean }): Promise<number> {
  const { works, out, err, stop } = deps;
  const backup = await works.catalog.get(id);
  if (!backup) throw problem('backup-unknown', id, works.catalog.place.shown);
  const line = progressLine(err);
  try {
    const checked = await verifyWithSample(works, backup, { signal: stop, progress: line.show });
    const beside = await besideSource(deps, checked);
    line.clear();
    if (json) out.write(`${JSON.stringify({ ...checked.backup, beside }, null, 2)}\n`);
    else out.write(`${told(checked.backup)}${printable(toldBeside(deps, backup, beside), 600)}\n`);
    return { intact: 0, broken: 2, unknown: 3 }[checked.backup.verification.verdict];
  } catch (error) {
    line.clear();
    if (!(error instanceof Unreadable)) throw error;
    err.write(`${printable(error.message, 600)}\n`);
    return 3;
  }
}

/** The server that it is of may be gone, and what it tells changes nothing about the backup. */
async function besideSource(
  { works, shelves, targets }: BackupDeps,
  checked: CheckedBackup,
): Promise<BesideSource | { because: string }> {
  const { backup, sample } = checked;
  if (backup.verification.verdict === 'broken') return { because: 'a broken file is not compared' };
  if (sample.length === 0) return { because: 'it holds no keys' };
  const target = targets.get(backup.target);
  if (!target) return { because: `${backup.target} is no target of medic.yml` };
  const beside = await compareWithSource(works, shelves, { backup, sample }, target);
  return typeof beside === 'string' ? { because: beside } : beside;
}

function toldBeside(
  { works: { clock } }: BackupDeps,
  { takenAt }: Backup,
  beside: BesideSource | { because: string },
): string {
  return 'because' in beside
    ? `Not compared with its server as it is now: ${beside.because}.`
    : toldBesideSource(beside, (clock.now() - takenAt) / 1000);
}

/** `redis-medic backup prune`: 0, with what was deleted, or would be. */
export async function backupPrune(
  { works, targets, out, err }: BackupDeps,
  { target: name, dryRun }: { target: string; dryRun: boolean },
): Promise<number> {
  const target = targetNamed(targets, name);
  const gone = await prune(works, target, dryRun);
  for (const { id, ...backup } of gone)
    out.write(`${id}: ${bytes(backup.bytes)} ${dryRun ? 'would be deleted' : 'deleted'}\n`);
  if (gone.length === 0)
    err.write(
      `Nothing to delete: ${target.backup ? 'all are kept' : `targets.${target.name}.backup.keep is not set`}.\n`,
    );
  return 0;
}

function targetNamed(targets: ReadonlyMap<TargetName, Target>, name: string): Target {
  const target = [...targets.values()].find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!target) throw problem('target-unknown', printable(name), [...targets.keys()]);
  return target;
}

/** One line that is written over; nothing at all where nobody looks. */
function progressLine(err: Terminal): { show: (text: string) => void; clear: () => void } {
  const write = (text: string) => {
    if (err.tty) err.write(`\r\u001b[2K${text}`);
  };
  return { show: (text) => write(`${text.slice(0, err.columns - 2)} …`), clear: () => write('') };
}
