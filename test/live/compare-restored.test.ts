import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { Backup } from '../../src/domain/backup.ts';
import type { Target } from '../../src/domain/target.ts';
import { takeBackup } from '../../src/flow/backup/take.ts';
import { fillWithEveryType } from '../support/every-type.ts';
import { deed, refusalOn, stage } from '../support/restoring.ts';
import { plainTarget } from '../support/target.ts';
import { startWorks, type TestWorks } from '../support/works.ts';

let works: TestWorks;
let backup: Backup;

beforeAll(async () => {
  works = await startWorks();
  const source = await startRedis();
  await fillWithEveryType(source);
  const taken = await takeBackup(works.works, {
    target: plainTarget({ seeds: [source] }),
    node: source,
    reason: { kind: 'manual' },
  });
  if (taken.kind !== 'taken') throw new Error(taken.because);
  backup = taken.backup;
  await source.stop();
});
afterAll(() => works.close());

/** A server that was started with the file, as after a restore on its machine. */
async function started(...args: string[]): Promise<RedisServer> {
  const server = await startRedis({ args: ['--dir', works.folder, '--dbfilename', `${backup.id}.rdb`, ...args] });
  onTestFinished(() => server.stop());
  return server;
}

function compared(server: RedisServer, over: Partial<Target> = {}): Promise<string> {
  return deed(stage(works, [server], over), ['backup', 'compare', backup.id, 'served']);
}

test('what was loaded is the same: each database, functions, and drawn keys by type, expiry and content', async () => {
  const server = await started();
  expect(await compared(server)).toMatch(
    /^926 keys in (\d) databases, as in the file \(926 in \1\); libraries of functions: 1; 100 drawn keys compared, 100 of them by content$/,
  );
});

test('what clients write meanwhile is allowed for, and told', async () => {
  const server = await started();
  await server.send('MSET', 'new:1', 'a', 'new:2', 'b', 'new:3', 'c');
  await server.send('DEL', 'string:1', 'string:2');
  expect(await compared(server)).toMatch(
    /^927 keys in \d databases, 5 changes since; it loaded 926, as many as are in the file/,
  );
  // Every key is another now: so many may be, and what was loaded is known all the same.
  await server.send('FLUSHALL');
  expect(await compared(server)).toMatch(/changes since; .*, \d+ of which were changed since$/);
});

test('a login that may not see values compares what it may, and says so', async () => {
  const server = await started();
  await server.send('ACL', 'SETUSER', 'medic', 'on', '>secret', '~*', '+@all', '-dump');
  const login = { credentials: { username: 'medic', password: 'secret' } };
  expect(await compared(server, login)).toMatch(
    /100 drawn keys compared, 0 of them by content \(their values could not be compared: NOPERM/,
  );
  await server.send('ACL', 'SETUSER', 'medic', '-type');
  expect(await compared(server, login)).toMatch(/single keys could not be compared \(NOPERM/);
});

test('another file is found out, whatever its keys are called', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  await fillWithEveryType(server);
  await server.send('SET', 'one:more', '1');
  await expect(compared(server)).rejects.toThrow(`it does not hold what ${backup.id} does: it loaded 0 keys`);
  await server.send('DEBUG', 'RELOAD');
  await expect(compared(server)).rejects.toThrow(/it loaded \d+ keys, the file has \d+/);
  await server.send('DEL', 'one:more');
  await server.send('FUNCTION', 'FLUSH');
  await server.send('DEBUG', 'RELOAD');
  await expect(compared(server)).rejects.toThrow('libraries of functions: it has 0, the file 1');
});

test('a server with fewer databases than the file names ends when it loads it, so that it is refused beforehand', async () => {
  await expect(started('--databases', '2')).rejects.toThrow('configured to handle more than 2 databases');
  const server = await startRedis({ args: ['--databases', '2'] });
  onTestFinished(() => server.stop());
  expect(await refusalOn(stage(works, [server]), 'restore-over-wire', { backup: backup.id })).toMatch(
    /holds keys of database \d+, and .* has 2 databases/,
  );
});
