import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { RdbKind } from '../../src/domain/rdb.ts';
import { type BesideSource, compareWithSource, toldBesideSource } from '../../src/flow/backup/beside-source.ts';
import { takeBackup } from '../../src/flow/backup/take.ts';
import { type CheckedBackup, verifyWithSample } from '../../src/flow/backup/verify.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { ENGINES } from '../support/engines.ts';
import { fillWithEveryType } from '../support/every-type.ts';
import { plainTarget } from '../support/target.ts';
import { startWorks, type TestWorks } from '../support/works.ts';

const shelves = await loadShelves();
let works: TestWorks;
beforeAll(async () => {
  works = await startWorks();
});
afterAll(() => works.close());

async function backUp(server: RedisServer): Promise<CheckedBackup> {
  const taken = await takeBackup(works.works, {
    target: plainTarget({ seeds: [server] }),
    node: server,
    reason: { kind: 'manual' },
  });
  if (taken.kind !== 'taken') throw new Error(taken.because);
  return verifyWithSample(works.works, taken.backup);
}

function beside(checked: CheckedBackup, server: RedisServer, over = {}): Promise<BesideSource | string> {
  return compareWithSource(works.works, shelves, checked, plainTarget({ seeds: [server], ...over }));
}

test.each(ENGINES.map((binary) => [binary.engine, binary] as const))(
  'what did not change since is the same on %s, of every type; the rest is told',
  async (_engine, binary) => {
    const server = await startRedis({ binary });
    // So few that all are drawn.
    await fillWithEveryType(server, 15);
    await server.send('SET', 'string:brief', 'x', 'PX', '100000');
    const checked = await backUp(server);
    expect(new Set(checked.sample.map(({ kind }) => kind))).toEqual(
      new Set<RdbKind>(['string', 'list', 'set', 'zset', 'hash', 'stream']),
    );
    const all = checked.sample.length;
    const found = await beside(checked, server);
    expect(found).toEqual({ node: expect.any(String), compared: all, same: all, different: 0, gone: 0, expired: 0 });

    const [first, second, third] = checked.sample.filter(({ database, kind }) => database === 0 && kind === 'string');
    await server.send('APPEND', first?.name ?? '', 'more');
    await server.send('PEXPIRE', second?.name ?? '', '77000');
    await server.send('DEL', third?.name ?? '');
    const later = await beside(checked, server);
    if (typeof later === 'string') throw new Error(later);
    expect(later).toMatchObject({ same: all - 3, different: 2, gone: 1 });
    expect(toldBesideSource(later, 3600)).toContain(
      `of ${all} drawn keys ${all - 3} have the same type, expiry and size; 2 are another, 1 are gone, which is what a server that goes on does`,
    );
    await server.stop();
  },
);

test('a server that is not of the target, is gone, or shows no keys is why nothing is compared', async () => {
  const server = await startRedis();
  await server.send('SET', 'a', '1');
  const checked = await backUp(server);
  const other = await startRedis();
  expect(await beside(checked, other)).toContain('can be read as a server of');
  await server.send('ACL', 'SETUSER', 'look', 'on', '>p', '~*', '+ping', '+info', '+select', '+client', '+hello');
  const login = { credentials: { username: 'look', password: 'p' } };
  expect(await beside(checked, server, login)).toMatch(/does not tell: .*NOPERM|does not tell: .*no permissions/);
  await server.stop();
  expect(await beside(checked, server)).toContain('can be read as a server of');
  await other.stop();
});
