import { createHash } from 'node:crypto';
import { type Backup, type BackupReason, backupId, describeBackup } from '../../domain/backup.ts';
import { type RdbVerdict, totalsOf } from '../../domain/rdb.ts';
import { printSlotCounts } from '../../domain/slot-counts.ts';
import { type Address, copyLogin, nodeName, type Target } from '../../domain/target.ts';
import { bytes } from '../../domain/units.ts';
import { fileOf } from './catalog.ts';
import { type Census, census } from './census.ts';
import { Unreadable } from './file.ts';
import type { OpenCopy } from './ports.ts';
import { structural, verifyBackup } from './verify.ts';
import type { Works } from './works.ts';

export interface TakeAsk {
  target: Target;
  /** The server that is copied. */
  node: Address;
  reason: BackupReason;
  signal?: AbortSignal;
  progress?: (text: string) => void;
}

export type Taken = { kind: 'taken'; backup: Backup } | { kind: 'failed'; because: string };

/** How often a server that cannot give a copy yet is asked again, and how long it is waited for between, in ms. */
const TRIES = 4;
const PAUSE_MS = 1500;

/** Copies the data of a server over the network, stores it whole or not at all, and checks what was stored. */
export async function takeBackup(works: Works, ask: TakeAsk): Promise<Taken> {
  const taken = await take(works, ask);
  const { target, reason } = ask;
  const run = 'run' in reason ? { run: reason.run } : {};
  if (taken.kind === 'failed') {
    const facts = { node: nodeName(ask.node), reason: reason.kind, because: taken.because };
    await works.tell({ kind: 'backup-failed', target: target.name, ...run, facts });
    return taken;
  }
  const { id, node, bytes: size, sha256 } = taken.backup;
  const facts = { backup: id, node, bytes: size, sha256, reason: reason.kind };
  await works.tell({ kind: 'backup-taken', target: target.name, ...run, facts });
  const verified = await verifyBackup(works, taken.backup, { ...ask, fresh: true }).catch((error: unknown) => {
    if (error instanceof Unreadable) return notReadAgain(taken.backup, error);
    throw error;
  });
  return verified.verification.verdict === 'broken'
    ? { kind: 'failed', because: `${describeBackup(verified)} is broken: ${verified.verification.said}` }
    : { kind: 'taken', backup: verified };
}

/** It was read through as it came in, which stands in its description. */
function notReadAgain(backup: Backup, { message }: Unreadable): Backup {
  const { verification } = backup;
  return { ...backup, verification: { ...verification, said: `${verification.said} Since then ${message}.` } };
}

async function take(works: Works, ask: TakeAsk): Promise<Taken> {
  const { catalog, clock, chance, servers } = works;
  const before = await census(servers, ask.node, ask.target);
  if (typeof before === 'string') return failed(before);
  const startedAt = clock.now();
  const id = backupId(startedAt, chance);
  const opened = await openCopy(works, ask);
  if (typeof opened === 'string') return failed(opened);
  const stored = await store(works, opened, fileOf(id), before.identity.mode === 'cluster');
  if ('because' in stored) return failed(stored.because);
  const after = await census(servers, ask.node, ask.target);
  const { verdict } = stored;
  if (verdict.kind === 'broken') {
    await catalog.place.remove(fileOf(id));
    return failed(`what ${nodeName(ask.node)} sent is no whole RDB: ${verdict.because}`);
  }
  const backup = describe({ id, ask, before, after, startedAt, endedAt: clock.now(), opened, ...stored, verdict });
  await catalog.describe(backup);
  return { kind: 'taken', backup };
}

function failed(because: string): Taken {
  return { kind: 'failed', because };
}

async function openCopy(works: Works, { node, target, signal, progress }: TakeAsk): Promise<OpenCopy | string> {
  const { wire, clock, bytesPerSecond } = works;
  for (let left = TRIES; ; left -= 1) {
    const opened = await wire.copy(node, copyLogin(target), {
      ...(bytesPerSecond !== undefined && { bytesPerSecond }),
      ...(signal && { signal }),
      onProgress: (done, total) =>
        progress?.(total === undefined ? `${bytes(done)} copied` : `${bytes(done)} of ${bytes(total)} copied`),
    });
    if (opened.kind === 'open') return opened.copy;
    if (!opened.again || left === 1 || signal?.aborted) return opened.because;
    await clock.sleep(PAUSE_MS, signal);
  }
}

interface Stored {
  verdict: RdbVerdict;
  size: number;
  sha256: string;
}

async function store(
  { rdb, catalog, clock, chance }: Works,
  copy: OpenCopy,
  name: string,
  slots: boolean,
): Promise<Stored | { because: string }> {
  const hash = createHash('sha256');
  let size = 0;
  const looked = rdb.alongside(copy.bytes, { now: clock.now(), chance, slots });
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of looked.bytes) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  try {
    await catalog.place.write(name, counted());
    return { verdict: looked.verdict(), size, sha256: hash.digest('hex') };
  } catch (error) {
    return { because: error instanceof Error ? error.message : String(error) };
  } finally {
    copy.close();
  }
}

interface Facts extends Stored {
  id: Backup['id'];
  ask: TakeAsk;
  before: Census;
  after: Census | string;
  startedAt: number;
  endedAt: number;
  opened: OpenCopy;
  verdict: Exclude<RdbVerdict, { kind: 'broken' }>;
}

function describe({ id, ask, before, after, startedAt, endedAt, opened, verdict, size, sha256 }: Facts): Backup {
  const { summary } = verdict;
  const { identity } = before;
  const node = nodeName(ask.node);
  const keysAfter = typeof after === 'string' ? before.total : after.total;
  return {
    format: 1,
    id,
    target: ask.target.name,
    node,
    names: identity.primary ? [node, nodeName(identity.primary)] : [node],
    engine: identity.engine,
    engineVersion: identity.version,
    magic: summary.magic,
    rdbVersion: summary.version,
    takenAt: startedAt,
    tookMs: endedAt - startedAt,
    bytes: size,
    sha256,
    databases: [...summary.databases].map(([database, { keys, expiring }]) => ({ database, keys, expiring })),
    ...(summary.slots && { slots: printSlotCounts(summary.slots) }),
    functions: summary.functions,
    largest: summary.largest,
    modules: [...summary.modules],
    ...(summary.usedMemory !== undefined && { usedMemory: summary.usedMemory }),
    source: {
      role: identity.role,
      keysBefore: before.total,
      keysAfter,
      replicationId: opened.replicationId,
      offset: opened.offset,
    },
    reason: ask.reason,
    verification: structural(verdict, totalsOf(summary), { keysBefore: before.total, keysAfter }, endedAt),
  };
}
