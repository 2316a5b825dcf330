import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Backup } from '../../src/domain/backup.ts';
import { keySlot } from '../../src/domain/keys/key-slot.ts';
import { textReply } from '../../src/domain/probe.ts';
import { nodeName } from '../../src/domain/target.ts';
import { backupDeeds } from '../../src/flow/backup/deeds.ts';
import { takeBackup } from '../../src/flow/backup/take.ts';
import { type ClusterServer, moveSlot, type RunningCluster, startCluster, until } from '../support/cluster.ts';
import { ENGINES } from '../support/engines.ts';
import { deed, mustPlanOn, perform, refusalOn, type Stage, stage } from '../support/restoring.ts';
import { startWorks, type TestWorks } from '../support/works.ts';

const KEYS = 600;

let works: TestWorks;
let cluster: RunningCluster;
let backups: Backup[];
let digests: unknown[];

/** The keys of each shard, by the slots that it has at first. */
const names = Array.from({ length: KEYS }, (_none, at) => `key:${at}`);

function shard(at: number): ClusterServer {
  const server = cluster.primaries[at];
  if (!server) throw new Error(`no shard ${at}`);
  return server;
}

/** The whole cluster, about one of its nodes. */
function on(at: number): Stage {
  const first = shard(at);
  const others = cluster.primaries.filter((server) => server !== first);
  return stage(works, [first, ...others], { kind: 'cluster', memoryLimitBytes: 2 ** 30 });
}

function backupOf(at: number): Backup {
  const backup = backups[at];
  if (!backup) throw new Error(`no backup of shard ${at}`);
  return backup;
}

/** The shard that serves the slot of a key, as the first node sees it. */
async function ownerOf(key: string): Promise<ClusterServer> {
  for (const server of cluster.primaries) {
    const reply = await server.send('TYPE', key);
    if (typeof reply === 'string') return server;
  }
  throw new Error(`nobody serves ${key}`);
}

async function fill(): Promise<void> {
  for (const server of cluster.primaries) await server.send('FLUSHALL');
  const owners = new Map<number, ClusterServer>();
  for (const key of names) {
    const slot = keySlot(key);
    const owner = owners.get(slot) ?? (await ownerOf(key));
    owners.set(slot, owner);
    await owner.send('SET', key, `value of ${key}`);
  }
}

beforeAll(async () => {
  works = await startWorks();
  cluster = await startCluster({ replicas: 0 });
  await fill();
  backups = [];
  for (const server of cluster.primaries) {
    const { target } = stage(works, cluster.primaries, { kind: 'cluster' });
    const taken = await takeBackup(works.works, { target, node: server, reason: { kind: 'manual' } });
    if (taken.kind !== 'taken') throw new Error(taken.because);
    backups.push(taken.backup);
  }
  digests = await Promise.all(cluster.primaries.map((server) => server.send('DEBUG', 'DIGEST')));
}, 120_000);
afterAll(async () => {
  await cluster.stop();
  await works.close();
});

const LOST = 30_000;

describe('a shard that has lost its keys', () => {
  beforeEach(async () => {
    await shard(0).send('FLUSHALL');
  });

  test('has them back, and nothing of another shard is touched', { timeout: LOST }, async () => {
    const plan = await mustPlanOn(on(0), 'restore-keys');
    const all = backupOf(0).databases[0]?.keys ?? 0;
    expect(all).toBeGreaterThan(100);
    expect(plan.impact.join(' ')).toContain(`${all} keys of the backup are in them, and 0 in slots of other nodes`);
    const said = await perform(on(0), plan.commands);
    expect(said[1]).toMatch(new RegExp(`^${all} keys put back \\(.*\\); (\\d+) of \\1 read back are the same$`));
    expect(await Promise.all(cluster.primaries.map((server) => server.send('DEBUG', 'DIGEST')))).toEqual(digests);
  });

  test('the backup of another shard holds nothing for it, and that is said before', { timeout: LOST }, async () => {
    expect(await refusalOn(on(0), 'restore-keys', { backup: backupOf(1).id })).toContain(
      `holds no keys of the slots that ${nodeName(shard(0))} serves`,
    );
    const counted = await deed(on(0), ['backup', 'restore-keys', backupOf(1).id, 'keep', '-', '536870912']);
    expect(counted).toBe(`0 keys put back (0 B), ${backupOf(1).databases[0]?.keys} are of slots of other nodes`);
    expect(await shard(0).send('DBSIZE')).toBe(0);
  });
});

describe('when slots move', () => {
  test('the keys of a slot that has gone are left out and counted; the same backup gives them to the new owner', {
    timeout: 60_000,
  }, async () => {
    await fill();
    const moved = names.find((key) => keySlot(key) < 5461) ?? '';
    await moveSlot(keySlot(moved), shard(0), shard(1));
    const inIt = names.filter((key) => keySlot(key) === keySlot(moved)).length;
    await until(async () => (await shard(1).send('GET', moved)) === `value of ${moved}`);
    const whole = await Promise.all(cluster.primaries.map((server) => server.send('DEBUG', 'DIGEST')));
    await shard(0).send('FLUSHALL');
    await shard(1).send('FLUSHALL');
    const all = backupOf(0).databases[0]?.keys ?? 0;

    const own = await mustPlanOn(on(0), 'restore-keys', { backup: backupOf(0).id });
    expect(own.impact.join(' ')).toContain(
      `${all - inIt} keys of the backup are in them, and ${inIt} in slots of other`,
    );
    expect((await perform(on(0), own.commands))[1]).toContain(`${inIt} are of slots of other nodes`);
    const theirs = await mustPlanOn(on(1), 'restore-keys', { backup: backupOf(0).id });
    expect((await perform(on(1), theirs.commands))[1]).toMatch(
      new RegExp(`^${inIt} keys put back \\(.*\\), ${all - inIt} are of slots of other nodes`),
    );
    await perform(on(1), (await mustPlanOn(on(1), 'restore-keys', { backup: backupOf(1).id })).commands);
    expect(await Promise.all(cluster.primaries.map((server) => server.send('DEBUG', 'DIGEST')))).toEqual(whole);
    await moveSlot(keySlot(moved), shard(1), shard(0));
  });

  test('a slot that goes away during the run is counted, and no redirect is followed', {
    timeout: 60_000,
  }, async () => {
    await fill();
    await shard(0).send('FLUSHALL');
    const key = names.find((name) => keySlot(name) < 5461) ?? '';
    const inIt = names.filter((name) => keySlot(name) === keySlot(key)).length;
    const elsewhere = await shard(1).send('DBSIZE');
    const { servers } = works.works;
    // It moves between the look at the slots and the first key.
    const carry: typeof servers.carry = async (...to) => {
      await moveSlot(keySlot(key), shard(0), shard(1));
      return servers.carry(...to);
    };
    const deeds = backupDeeds({
      works: { ...works.works, servers: { ...servers, carry } },
      hosts: works.hosts,
      serve: works.settings.serve,
    });
    const said = deed({ ...on(0), works: { ...works, deeds } }, [
      'backup',
      'restore-keys',
      backupOf(0).id,
      'keep',
      '-',
      '536870912',
    ]);
    await expect(said).rejects.toThrow(
      `not all keys are back. ${inIt} are of slots that moved to another node meanwhile: use the same backup there. ` +
        `${(backupOf(0).databases[0]?.keys ?? 0) - inIt} keys put back`,
    );
    expect(await shard(1).send('DBSIZE')).toBe(elsewhere);
    await moveSlot(keySlot(key), shard(1), shard(0));
  });

  test('while a slot is on the way the plan refuses, and its keys are not sent after it', {
    timeout: 60_000,
  }, async () => {
    await shard(0).send('FLUSHALL');
    const key = names.find((name) => keySlot(name) < 5461) ?? '';
    const slot = String(keySlot(key));
    const inIt = names.filter((name) => keySlot(name) === keySlot(key)).length;
    await shard(1).send('CLUSTER', 'SETSLOT', slot, 'IMPORTING', shard(0).id);
    await shard(0).send('CLUSTER', 'SETSLOT', slot, 'MIGRATING', shard(1).id);
    expect(await refusalOn(on(0), 'restore-keys')).toContain(
      'let the move end, or close them (playbook finish-slot-move)',
    );
    await expect(deed(on(0), ['backup', 'restore-keys', backupOf(0).id, 'keep', '-', '536870912'])).rejects.toThrow(
      `${inIt} are of slots that moved to another node meanwhile`,
    );
    for (const server of [shard(0), shard(1)]) await server.send('CLUSTER', 'SETSLOT', slot, 'STABLE');
  });

  test('a cluster that is down stops it with what was done until then', { timeout: 60_000 }, async () => {
    await shard(0).send('FLUSHALL');
    const slot = keySlot(names.find((name) => keySlot(name) >= 10_923) ?? '');
    await shard(0).send('CLUSTER', 'DELSLOTS', String(slot));
    await until(async () => textReply(await shard(0).send('CLUSTER', 'INFO')).includes('cluster_state:fail'));
    expect(await refusalOn(on(0), 'restore-keys')).toContain('CLUSTERDOWN');
    await expect(deed(on(0), ['backup', 'restore-keys', backupOf(0).id, 'keep', '-', '536870912'])).rejects.toThrow(
      /stopped: "key:\d+" was refused: CLUSTERDOWN .*\. Until then: 0 keys put back/,
    );
    expect(await shard(0).send('DBSIZE')).toBe(0);
    await cluster.settled();
  });
});

test.each(ENGINES.slice(1).map((binary) => [binary.engine, binary] as const))(
  'a cluster of %s, whose files count their slots',
  {
    timeout: 60_000,
  },
  async (_engine, binary) => {
    const other = await startCluster({ binary, shards: 1, replicas: 0 });
    try {
      const [server] = other.primaries;
      if (!server) throw new Error('no server');
      for (let at = 0; at < 20; at += 1) await server.send('SET', `key:${at}`, String(at));
      await server.send('XADD', 'stream', '*', 'field', 'value');
      await server.send('XGROUP', 'CREATE', 'stream', 'group', '0');
      await server.send('HSET', 'hash', 'a', '1', 'b', '2');
      await server.send('HEXPIRE', 'hash', '100000', 'FIELDS', '1', 'a');
      const digest = await server.send('DEBUG', 'DIGEST');
      const here = stage(works, [server], { kind: 'cluster', memoryLimitBytes: 2 ** 30 });
      const taken = await takeBackup(works.works, { target: here.target, node: server, reason: { kind: 'manual' } });
      if (taken.kind !== 'taken') throw new Error(taken.because);
      await server.send('FLUSHALL');
      const plan = await mustPlanOn(here, 'restore-keys', { backup: taken.backup.id });
      expect(plan.impact.join(' ')).toContain('22 keys of the backup are in them, and 0 in slots of other nodes');
      expect((await perform(here, plan.commands))[1]).toMatch(/^22 keys put back/);
      expect(await server.send('DEBUG', 'DIGEST')).toBe(digest);
    } finally {
      await other.stop();
    }
  },
);
