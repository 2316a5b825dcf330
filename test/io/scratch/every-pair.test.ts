import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRedis } from '../../../demo/redis-server.ts';
import type { RdbSummary } from '../../../src/domain/rdb.ts';
import { whyNotLoadable } from '../../../src/domain/rdb-version.ts';
import type { ScratchOutcome } from '../../../src/flow/backup/ports.ts';
import { rdbFiles } from '../../../src/io/rdb/read-rdb.ts';
import { makeFolder } from '../../../src/io/scratch/folder.ts';
import { look } from '../../../src/io/scratch/look.ts';
import { findPrograms } from '../../../src/io/scratch/program.ts';
import { startOnSocket } from '../../../src/io/scratch/socket-server.ts';
import { ENGINES, type Engine } from '../../support/engines.ts';
import { fillWithEveryType } from '../../support/every-type.ts';
import { inPieces, rdbOf } from '../../support/rdb-of.ts';

let folder = '';
const files = new Map<string, { rdb: Buffer; summary: RdbSummary }>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redis-medic-'));
  for (const binary of ENGINES) {
    const server = await startRedis({ binary });
    await fillWithEveryType(server, 50);
    const rdb = await rdbOf(server);
    await server.stop();
    const verdict = await rdbFiles.read(inPieces(rdb), { now: Date.now(), sample: 200 });
    if (verdict.kind !== 'intact') throw new Error(verdict.because);
    files.set(binary.engine, { rdb, summary: verdict.summary });
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Tries it without asking whether it can be. */
async function load({ rdb, summary }: { rdb: Buffer; summary: RdbSummary }, path: string): Promise<ScratchOutcome> {
  const [program] = findPrograms([path], '');
  if (!program) throw new Error(`${path} is no server`);
  const place = await makeFolder(folder, inPieces(rdb), undefined);
  const server = await startOnSocket(program, place, 16);
  try {
    return await look(server, program, summary, () => Date.now(), undefined);
  } finally {
    await server.stop();
    await place.remove();
  }
}

/** What becomes of a file on a server, and what was foretold. */
async function foretold(writer: Engine, reader: Engine) {
  const file = files.get(writer.engine);
  if (!file) throw new Error(`no file of ${writer.engine}`);
  const engine = reader.engine.startsWith('valkey') ? 'valkey' : 'redis';
  const outcome = await load(file, reader.path);
  return {
    loads: whyNotLoadable(file.summary, { engine, version: reader.version }) === undefined,
    loaded: outcome.kind === 'loaded',
    different: outcome.kind === 'loaded' ? outcome.sample.different.map(({ key, how }) => `${key.name}: ${how}`) : [],
  };
}

const PAIRS = ENGINES.flatMap((writer) => ENGINES.map((reader) => ({ writer, reader })));

test.each(PAIRS)('a file of $writer.engine on $reader.engine ends as foretold', async ({ writer, reader }) => {
  const { loads, loaded, different } = await foretold(writer, reader);
  expect({ loaded, different }).toEqual({ loaded: loads, different: [] });
});
