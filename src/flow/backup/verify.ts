import { createHash } from 'node:crypto';
import { type Backup, isVerified, type Verification } from '../../domain/backup.ts';
import { type RdbCounts, type RdbKey, type RdbSummary, type RdbVerdict, totalsOf } from '../../domain/rdb.ts';
import { bytes } from '../../domain/units.ts';
import { type BackupFile, openFile } from './file.ts';
import type { ScratchOutcome } from './ports.ts';
import type { Works } from './works.ts';

export interface VerifyAsk {
  /** It was read through a moment ago, while it came in. */
  fresh?: boolean;
  signal?: AbortSignal;
  progress?: (text: string) => void;
}

/** A backup as it was found, and the keys that were drawn from it. */
export interface CheckedBackup {
  backup: Backup;
  sample: readonly RdbKey[];
}

/** Keys whose type, expiry and content are compared. */
const SAMPLE = 100;

type Source = Pick<Backup['source'], 'keysBefore' | 'keysAfter'>;

/**
 * Checks a stored backup as far as that can be done here, writes down what was found and gives the new description. Rejects with
 * Unreadable when it cannot be had: then nothing is known that was not known before.
 */
export async function verifyBackup(works: Works, backup: Backup, ask: VerifyAsk = {}): Promise<Backup> {
  return (await verifyWithSample(works, backup, ask)).backup;
}

/** The same, with the keys that were drawn from the file. */
export async function verifyWithSample(works: Works, backup: Backup, ask: VerifyAsk = {}): Promise<CheckedBackup> {
  const file = await openFile(works, backup, ask);
  try {
    return await verifyFile(works, file, ask);
  } finally {
    await file.release();
  }
}

/** The same of a file that is open. */
export async function verifyFile(works: Works, file: BackupFile, ask: VerifyAsk = {}): Promise<CheckedBackup> {
  const { verification, sample } = await check(works, file, ask);
  const { backup } = file;
  const verified: Backup = { ...backup, verification };
  await works.catalog.describe(verified);
  const { how, verdict, said } = verification;
  const run = 'run' in backup.reason ? { run: backup.reason.run } : {};
  const facts = { backup: backup.id, how, verdict, said };
  const kind = verdict === 'broken' ? 'backup-failed' : 'backup-verified';
  await works.tell({ kind, target: backup.target, ...run, facts });
  return { backup: verified, sample };
}

/** Keys that are drawn from a file; none where it is not what was stored. */
export async function drawFrom(works: Works, file: BackupFile): Promise<readonly RdbKey[]> {
  const read = await readThrough(works, file, works.clock.now());
  return typeof read === 'string' || read.kind === 'broken' ? [] : read.summary.sample;
}

async function check(
  works: Works,
  file: BackupFile,
  ask: VerifyAsk,
): Promise<{ verification: Verification; sample: readonly RdbKey[] }> {
  const { clock } = works;
  ask.progress?.('reading the file');
  const read = await readThrough(works, file, clock.now());
  if (typeof read === 'string') return { verification: broken(read, clock.now()), sample: [] };
  if (read.kind === 'broken') {
    const where = `at byte ${read.at} of ${bytes(file.backup.bytes)}: ${read.because}`;
    return { verification: broken(where, clock.now()), sample: [] };
  }
  return { verification: await tryOut(works, file, read, ask), sample: read.summary.sample };
}

/** Loads it into a scratch server, where there is one. */
async function tryOut(
  works: Works,
  file: BackupFile,
  read: Exclude<RdbVerdict, { kind: 'broken' }>,
  ask: VerifyAsk,
): Promise<Verification> {
  const { clock, scratch } = works;
  const { backup } = file;
  const { summary } = read;
  const plain = structural(read, totalsOf(summary), backup.source, clock.now());
  ask.progress?.('loading it into a scratch server');
  const outcome = await scratch.load(file.path ?? file.read(), { summary, ...(ask.signal && { signal: ask.signal }) });
  if (outcome.kind === 'loaded') return loaded(works, file, summary, outcome);
  if (outcome.kind === 'refused' && outcome.corrupt) {
    return { ...broken(`a scratch server did not load it: ${outcome.because}`, clock.now()), how: 'scratch' };
  }
  const kept = ask.fresh ? undefined : isVerified(backup) && backup.verification;
  // What a server has loaded stays true of the same bytes.
  if (kept) return { ...kept, said: `${kept.said} Now: same checksum; no scratch server (${outcome.because}).` };
  return { ...plain, said: `${plain.said} No server has loaded it: ${outcome.because}.` };
}

/** Reads the stored file to its end; a sentence when its bytes are not those that were stored. Rejects when it cannot be had. */
async function readThrough(
  { rdb, chance }: Works,
  { backup, ...file }: BackupFile,
  now: number,
): Promise<RdbVerdict | string> {
  const hash = createHash('sha256');
  let size = 0;
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of file.read()) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  const looked = rdb.alongside(hashed(), { now, chance, sample: SAMPLE });
  for await (const _chunk of looked.bytes);
  if (size !== backup.bytes) return `it has ${size} bytes where ${backup.bytes} were stored`;
  if (hash.digest('hex') !== backup.sha256) return 'its SHA-256 is not that of what was stored: the file was changed';
  return looked.verdict();
}

function broken(said: string, at: number): Verification {
  return { how: 'structure', verdict: 'broken', at, said: `${said[0]?.toUpperCase()}${said.slice(1)}.` };
}

/** What the structure alone shows, beside what the source said of its keys. */
export function structural(
  verdict: Exclude<RdbVerdict, { kind: 'broken' }>,
  { keys, expired }: RdbCounts,
  source: Source,
  at: number,
): Verification {
  const { checksum } = verdict.summary;
  const sum = checksum === 'absent' ? ' It was written without a checksum (rdbchecksum no).' : '';
  const unknown = verdict.kind === 'unknown' ? ` Not all of it can be read here: ${verdict.because}.` : '';
  return {
    how: 'structure',
    verdict: verdict.kind,
    at,
    keys: keys - expired,
    expired,
    said: `Read through: ${keys} keys; ${besideSource(keys, source)}.${sum}${unknown}`,
  };
}

function besideSource(keys: number, { keysBefore, keysAfter }: Source): string {
  const [least, most] = [Math.min(keysBefore, keysAfter), Math.max(keysBefore, keysAfter)];
  const source = least === most ? `${least}` : `${keysBefore} before and ${keysAfter} after`;
  if (keys >= least && keys <= most) return `the source said ${source}`;
  return `the source said ${source}, so ${keys < least ? least - keys : keys - most} ${keys < least ? 'fewer' : 'more'} are in the file`;
}

type Loaded = Extract<ScratchOutcome, { kind: 'loaded' }>;

async function loaded(works: Works, file: BackupFile, summary: RdbSummary, outcome: Loaded): Promise<Verification> {
  const at = works.clock.now();
  const { sample } = outcome;
  const there = [...outcome.keys.values()].reduce((sum, count) => sum + count, 0);
  const told = {
    how: 'scratch' as const,
    at,
    engine: `${outcome.engine} ${outcome.version}`,
    loadSeconds: outcome.seconds,
    keys: there,
    sample: { compared: sample.compared, byContent: sample.byContent, different: sample.different.length },
  };
  const { counts, wrong } = await compareCounts(works, file, summary, outcome, at);
  const engine = `${told.engine} loaded it in ${Math.round(outcome.seconds * 10) / 10} s`;
  const [odd] = sample.different;
  if (wrong !== undefined || odd) {
    const why = wrong ?? `a key of database ${odd?.key.database} differs: ${odd?.how}`;
    return { ...told, verdict: 'broken', expired: counts.expired, said: `${engine}, but ${why}.` };
  }
  const expired = counts.expired === 0 ? '' : `, less ${counts.expired} that have expired since`;
  return {
    ...told,
    verdict: 'intact',
    expired: counts.expired,
    said:
      `${engine}: ${there} keys, as in the file${expired}; ` +
      `${sample.compared} drawn keys are the same, ${sample.byContent} of them by content. At the copy ` +
      `${besideSource(counts.keys, file.backup.source)}.`,
  };
}

/** Keys may expire between our reading and the loading: then the file is read once more for that moment. */
async function compareCounts(works: Works, file: BackupFile, summary: RdbSummary, { keys }: Loaded, at: number) {
  const counts = totalsOf(summary);
  const differs = (most: RdbSummary['databases'], least: RdbSummary['databases']) => {
    for (const database of new Set([...most.keys(), ...keys.keys()])) {
      const there = keys.get(database) ?? 0;
      if (there > alive(most, database) || there < alive(least, database)) {
        return `database ${database} then held ${there} keys where the file has ${alive(least, database)}`;
      }
    }
    return undefined;
  };
  if (differs(summary.databases, summary.databases) === undefined) return { counts, wrong: undefined };
  const again = await readThrough(works, file, at);
  if (typeof again === 'string' || again.kind === 'broken') return { counts, wrong: 'the file changed meanwhile' };
  const later = again.summary;
  return { counts: totalsOf(later), wrong: differs(summary.databases, later.databases) };
}

function alive(databases: RdbSummary['databases'], database: number): number {
  const { keys = 0, expired = 0 } = databases.get(database) ?? {};
  return keys - expired;
}
