import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { Backup } from '../../src/domain/backup.ts';
import { nodeName } from '../../src/domain/target.ts';
import { backUpTarget } from '../../src/flow/backup/back-up-target.ts';
import { verifyBackup } from '../../src/flow/backup/verify.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { fillWithEveryType } from '../support/every-type.ts';
import { linked } from '../support/restoring.ts';
import { AS_ROOT, smallDisk } from '../support/small-disk.ts';
import { plainTarget } from '../support/target.ts';
import { startWorks, type TestWorks } from '../support/works.ts';

const shelves = await loadShelves();

let works: TestWorks;
let primary: RedisServer;
let replica: RedisServer;

beforeAll(async () => {
  works = await startWorks();
  primary = await startRedis();
  await fillWithEveryType(primary);
  replica = await startRedis({ replicaOf: primary });
  await linked(replica);
});
afterAll(async () => {
  await Promise.all([primary.stop(), replica.stop()]);
  await works.close();
});

async function taken(servers: readonly RedisServer[], progress: (text: string) => void = () => {}): Promise<Backup> {
  const target = plainTarget({ seeds: servers, memoryLimitBytes: 2 ** 30 });
  const [outcome] = await backUpTarget(works.works, shelves, { target, reason: { kind: 'manual' }, progress });
  if (outcome?.kind !== 'taken') throw new Error(outcome?.because ?? 'nothing was done');
  return outcome.backup;
}

describe('a backup of a replication group', () => {
  let backup: Backup;
  const progress: string[] = [];

  beforeAll(async () => {
    backup = await taken([primary, replica], (text) => progress.push(text));
  });

  test('is of the replica, holds every key and was loaded by a server that has them all', async () => {
    const keys = Number(await primary.send('DBSIZE')) + 2;
    expect(backup).toMatchObject({
      node: nodeName(replica),
      names: [nodeName(replica), nodeName(primary)],
      source: { role: 'replica', keysBefore: keys, keysAfter: keys },
      verification: { how: 'scratch', verdict: 'intact', keys, expired: 0 },
    });
    expect(backup.databases.map(({ database }) => database).sort((one, other) => one - other)).toEqual([0, 3, 9]);
    expect(backup.verification.sample?.byContent).toBeGreaterThan(80);
    expect(progress.join()).toMatch(/\d+ K?i?B.* copied.*loading it into a scratch server/);
  });

  test('is listed, and told to the audit trail', async () => {
    expect(await works.works.catalog.list()).toEqual([backup]);
    expect(works.told.map(({ kind }) => kind)).toEqual(['backup-taken', 'backup-verified']);
    expect((await readdir(works.folder)).sort()).toEqual([`${backup.id}.json`, `${backup.id}.rdb`]);
  });

  test('that was changed on the disk is broken, whatever it still looks like', async () => {
    const file = join(works.folder, `${backup.id}.rdb`);
    const good = await readFile(file);
    const bad = Buffer.from(good);
    bad[good.length >> 1] = (bad[good.length >> 1] ?? 0) ^ 1;
    await writeFile(file, bad);
    const verified = await verifyBackup(works.works, backup);
    expect(verified.verification).toMatchObject({ verdict: 'broken' });
    expect(works.told.at(-1)).toMatchObject({ kind: 'backup-failed', facts: { backup: backup.id, verdict: 'broken' } });
    await writeFile(file, good);
    expect((await verifyBackup(works.works, backup)).verification).toMatchObject({ verdict: 'intact', how: 'scratch' });
  });

  test('whose file was cut is broken, and can be told as such', async () => {
    const other = await taken([primary, replica]);
    await truncate(join(works.folder, `${other.id}.rdb`), other.bytes - 100);
    await works.works.catalog.describe(backup);
    const listed = async () => (await works.works.catalog.get(other.id))?.verification;
    expect(await listed()).toMatchObject({
      verdict: 'broken',
      said: `It has ${other.bytes - 100} bytes where ${other.bytes} were stored.`,
    });
    const found = await works.works.catalog.get(other.id);
    if (!found) throw new Error('it is not listed');
    expect((await verifyBackup(works.works, found)).verification).toMatchObject({ verdict: 'broken' });
    expect(await listed()).toMatchObject({ verdict: 'broken' });
    await works.works.catalog.remove(other.id);
  });

  test('whose file is gone is no backup', async () => {
    const other = await taken([primary, replica]);
    await works.works.catalog.place.remove(`${other.id}.rdb`);
    await sleep(1);
    await works.works.catalog.describe(backup);
    expect((await works.works.catalog.list()).map(({ id }) => id)).toEqual([backup.id]);
  });
});

test('under writes the count lies between what the source said before and after', async () => {
  let writing = true;
  const writer = (async () => {
    for (let at = 0; writing; at += 1) await primary.send('SET', `more:${at}`, 'x');
  })();
  const { verification, source, databases } = await taken([primary]);
  writing = false;
  await writer;
  const keys = databases.reduce((sum, one) => sum + one.keys, 0);
  expect(keys).toBeGreaterThanOrEqual(source.keysBefore);
  expect(keys).toBeLessThanOrEqual(source.keysAfter);
  expect(verification).toMatchObject({ verdict: 'intact', how: 'scratch' });
});

test('a server that goes away half way leaves nothing behind', async () => {
  const victim = await startRedis();
  await fillWithEveryType(victim, 3000);
  const before = await readdir(works.folder);
  const slow = { ...works.works, bytesPerSecond: 65_536 };
  const target = plainTarget({ seeds: [victim] });
  const backing = backUpTarget(slow, shelves, {
    target,
    reason: { kind: 'manual' },
    progress: (text) => {
      if (text.includes('copied')) victim.kill('SIGKILL');
    },
  });
  const [outcome] = await backing;
  expect(outcome).toMatchObject({ kind: 'failed' });
  expect(await readdir(works.folder)).toEqual(before);
  expect(works.told.at(-1)).toMatchObject({ kind: 'backup-failed', facts: { node: nodeName(victim) } });
  await victim.stop();
});

test.runIf(AS_ROOT)('a folder without room is why there is no backup, and nothing of it stays', async () => {
  const disk = await smallDisk(2);
  const small = await startWorks({ place: { kind: 'folder', path: disk.folder } });
  const server = await startRedis({ args: ['--rdbcompression', 'no'] });
  await server.send('SETRANGE', 'large', String(4 * 1024 * 1024), 'x');
  const target = plainTarget({ seeds: [server] });
  expect(await backUpTarget(small.works, shelves, { target, reason: { kind: 'manual' } })).toMatchObject([
    { kind: 'failed', because: `the folder ${disk.folder} has no room left` },
  ]);
  expect(await readdir(disk.folder)).toEqual([]);
  expect(small.told).toMatchObject([{ kind: 'backup-failed' }]);
  await server.stop();
  await small.close();
  await disk.remove();
});
