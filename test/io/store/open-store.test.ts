import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { verifyChain } from '../../../src/domain/audit-event.ts';
import { readAnchors } from '../../../src/io/store/anchors.ts';
import { openStore } from '../../../src/io/store/open-store.ts';
import { scratchFolder } from '../../support/databases.ts';
import { query, startPostgres } from '../../support/postgres.ts';
import { fact } from '../../support/rows.ts';

/** Appends audit rows in a process of its own; `committed` is the last that it says is stored. */
function startWriter(folder: string): { child: ChildProcess; committed(): number } {
  const script = join(import.meta.dirname, '../../support/audit-writer.ts');
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let last = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    last = Number(line);
  });
  return { child, committed: () => last };
}

test('a killed process loses no committed decision, and its folder is taken over', { timeout: 60_000 }, async () => {
  const folder = join(await scratchFolder(), 'data');
  for (const least of [5, 300]) {
    const writer = startWriter(folder);
    await vi.waitFor(() => expect(writer.committed()).toBeGreaterThan(least), { timeout: 30_000, interval: 5 });
    writer.child.kill('SIGKILL');
    await once(writer.child, 'close');
    expect(await modeOf(folder)).toBe('700');
    const store = await openStore({ folder });
    const events = await store.transaction((tx) => tx.auditEvents({ after: 0, limit: 100_000 }));
    await store.close();
    expect(events.length).toBeGreaterThanOrEqual(writer.committed());
    expect(verifyChain(events, await readAnchors(folder))).toMatchObject({ kind: 'intact' });
  }
});

test('a second process on one folder is refused, and told which the first is', { timeout: 60_000 }, async () => {
  const folder = await scratchFolder();
  const store = await openStore({ folder });
  await expect(openStore({ folder })).rejects.toThrow(`is in use by process ${process.pid}`);
  const other = startWriter(folder);
  expect(await text(other.child.stderr ?? Readable.from(''))).toContain(`is in use by process ${process.pid}`);
  expect(other.committed()).toBe(0);
  await store.close();
  await expect(stat(join(folder, 'lock'))).rejects.toThrow('ENOENT');
});

test('others cannot look into the database, and a folder that was there keeps its mode', async () => {
  const folder = await scratchFolder();
  await chmod(folder, 0o755);
  const store = await openStore({ folder });
  await store.transaction((tx) => tx.audit(fact()));
  await store.close();
  expect(await modeOf(join(folder, 'pgdata'))).toBe('700');
  expect(await modeOf(join(folder, 'audit-anchors.log'))).toBe('600');
  expect(await modeOf(folder)).toBe('755');
});

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

test('a PostgreSQL that cannot be reached is named without its password', async () => {
  const folder = await scratchFolder();
  const open = openStore({ databaseUrl: 'postgresql://medic:secret@127.0.0.1:1/audit?password=secret', folder });
  await expect(open).rejects.toMatchObject({ code: 'store-unreachable' });
  await expect(open).rejects.toThrow(
    'postgresql://[hidden]@127.0.0.1:1/audit?[hidden] cannot be used: connect ECONNREFUSED',
  );
  await expect(open).rejects.not.toThrow('secret');
});

test('on one PostgreSQL several processes may start at once, and a restart of it is survived', async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  const databaseUrl = await postgres.database();
  const folder = await scratchFolder();
  const stores = await Promise.all([1, 2, 3, 4].map(() => openStore({ databaseUrl, folder })));
  await Promise.all(stores.map((store) => store.transaction((tx) => tx.audit(fact()))));
  const [store] = stores;
  const cut = store?.transaction(async (tx) => {
    await tx.audit(fact());
    await postgres.restart();
  });
  await expect(cut).rejects.toThrow(/connection|terminat/i);
  const count = async () => (await store?.transaction((tx) => tx.auditEvents({ after: 0, limit: 9 })))?.length;
  await vi.waitFor(async () => expect(await count()).toBe(4), 10_000);
  await Promise.all(stores.map((one) => one.close()));

  const shown = new URL(databaseUrl);
  shown.searchParams.set('options', '-c search_path=elsewhere -c work_mem=5MB');
  const own = await openStore({ databaseUrl: shown.href, folder });
  const { rows } = await own.database.pool.connect().then(async (client) => {
    const answer = await client.query(
      "select current_setting('search_path') as path, current_setting('work_mem') as mem",
      [],
    );
    client.release();
    return answer;
  });
  await own.close();
  expect(rows, 'settings of the URL are kept beside ours').toEqual([{ path: 'bullmq,public', mem: '5MB' }]);

  await query(databaseUrl, 'insert into medic.migration values (1000)');
  await expect(openStore({ databaseUrl, folder })).rejects.toThrow('written by a newer redis-medic');
});
