import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { type BackupDeps, backupList, backupPrune, backupTake, backupVerify } from '../../src/cli/backup.ts';
import { BackupId } from '../../src/domain/backup.ts';
import { TargetName } from '../../src/domain/ids.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { plainTarget } from '../support/target.ts';
import { startWorks, type TestWorks } from '../support/works.ts';

const shelves = await loadShelves();
const SHOP = TargetName.parse('shop');
let server: RedisServer;
let started: TestWorks;
let said = { out: '', err: '' };

beforeAll(async () => {
  server = await startRedis();
  await server.send('MSET', 'a', '1', 'b', '2');
  started = await startWorks();
});
afterAll(async () => {
  await server.stop();
  await started.close();
});

function deps(over: Partial<BackupDeps> = {}): BackupDeps {
  said = { out: '', err: '' };
  const terminal = (to: 'out' | 'err') => ({
    write(text: string) {
      said[to] += text;
    },
    tty: false,
    colour: false,
    columns: 100,
  });
  const target = plainTarget({ name: SHOP, seeds: [server], backup: { keep: { last: 1 } } });
  return {
    works: started.works,
    shelves,
    targets: new Map([[SHOP, target]]),
    out: terminal('out'),
    err: terminal('err'),
    stop: new AbortController().signal,
    ...over,
  };
}

test('nothing is there at first', async () => {
  expect(await backupList(deps(), { json: false })).toBe(0);
  expect(said.err).toContain(`There is no backup yet in the folder ${started.folder}.`);
});

test('one is taken, and what it costs is said first', async () => {
  expect(await backupTake(deps({ unrecorded: 'the bot has not run here yet.' }), { target: 'SHOP', json: false })).toBe(
    0,
  );
  expect(said.err).toMatch(
    /^Not in the audit trail: the bot has not run here yet\.\n127.0.0.1:\d+ itself \(there is no replica\) is copied: 2 keys/,
  );
  expect(said.out).toMatch(
    /^bak_\S+: 2 keys of 127.0.0.1:\d+, \d+ B in .*\nSHA-256 [0-9a-f]{64}\nIntact: redis .* loaded it/,
  );
});

test('it is listed with its state, or as JSON', async () => {
  await backupList(deps(), { target: 'shop', json: false });
  expect(said.out).toMatch(
    /^bak_\S+ +shop +\d.* ago +\d+ B +2 keys +127.0.0.1:\d+ +redis 7\.0\.15 +verified \(redis 7\.0\.15\)\n$/,
  );
  await backupList(deps(), { json: true });
  expect(JSON.parse(said.out)).toMatchObject([{ target: 'shop', reason: { kind: 'manual' } }]);
});

test('it is verified again', async () => {
  const [backup] = await started.works.catalog.list();
  expect(await backupVerify(deps(), { id: backup?.id ?? BackupId.parse(''), json: false })).toBe(0);
  expect(said.out).toContain('Intact');
  expect(said.out).toMatch(
    /Beside 127\.0\.0\.1:\d+ as it is now, .* later: of 2 drawn keys 2 have the same type, expiry and size\.\n$/,
  );
  await server.send('SET', 'a', 'longer');
  await server.send('DEL', 'b');
  expect(await backupVerify(deps(), { id: backup?.id ?? BackupId.parse(''), json: true })).toBe(0);
  expect(JSON.parse(said.out).beside).toMatchObject({ compared: 2, same: 0, different: 1, gone: 1, expired: 0 });
  expect(await backupVerify(deps({ targets: new Map() }), { id: backup?.id ?? BackupId.parse(''), json: false })).toBe(
    0,
  );
  expect(said.out).toContain('Not compared with its server as it is now: shop is no target of medic.yml.');
});

test('one that is not there, and a target that is not, are mistakes', async () => {
  const id = BackupId.parse('bak_20260101-000000-aaaaaa');
  await expect(backupVerify(deps(), { id, json: false })).rejects.toThrow(`There is no backup ${id} in the folder`);
  await expect(backupTake(deps(), { target: 'shpo', json: false })).rejects.toThrow('Did you mean shop?');
});

test('what cannot be taken says why, with status 1', async () => {
  expect(await backupTake(deps(), { target: 'shop', node: '10.0.0.1:6379', json: false })).toBe(1);
  expect(said.out).toBe('10.0.0.1:6379: 10.0.0.1:6379 is no server of shop\n');
});

test('old ones are deleted, after one has been shown what', async () => {
  await backupTake(deps(), { target: 'shop', json: true });
  expect(await backupPrune(deps(), { target: 'shop', dryRun: true })).toBe(0);
  expect(said.out).toMatch(/^bak_\S+: \d+ B would be deleted\n$/);
  expect(await started.works.catalog.list()).toHaveLength(2);
  await backupPrune(deps(), { target: 'shop', dryRun: false });
  expect(said.out).toMatch(/^bak_\S+: \d+ B deleted\n$/);
  expect(await started.works.catalog.list()).toHaveLength(1);
  await backupPrune(deps(), { target: 'shop', dryRun: false });
  expect(said.err).toBe('Nothing to delete: all are kept.\n');
});
