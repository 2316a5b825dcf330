import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startRedis } from '../../demo/redis-server.ts';
import type { Hosts, Sent } from '../../src/flow/ports.ts';
import { ENGINES } from '../support/engines.ts';
import {
  type Accident,
  AOF,
  accident,
  digest,
  info,
  meddle,
  meddleAlways,
  restore,
  SNAPSHOTS,
  undo,
} from '../support/host-accident.ts';
import { NO_SERVICE } from '../support/service.ts';

const SOME = ENGINES.filter(({ engine }) => ['installed', 'redis-8.0'].includes(engine));
const [INSTALLED] = ENGINES;

describe.runIf(NO_SERVICE === undefined)('a backup is restored on the machine', () => {
  test.each(
    SOME.flatMap((engine) => [
      { name: `${engine.engine} with an append-only file`, engine, settings: AOF },
      { name: `${engine.engine} with snapshots`, engine, settings: SNAPSHOTS },
    ]),
  )(
    '$name: it is there, survives a restart, and the data before comes back',
    async ({ engine, settings }) => {
      const { service, remedy, good, bad } = await accident(engine, settings);
      const done = await restore(remedy);
      expect([done.run.state, done.run.verdict, done.run.note, await digest(service)]).toEqual([
        'finished',
        'verified',
        expect.any(String),
        good,
      ]);
      expect(done.rows.find(({ label }) => label.includes('check-rdb'))?.reply).toMatch(/keys read/);
      expect(await info(service, 'aof_enabled')).toBe(settings === AOF ? '1' : '0');
      await service.send('SET', 'later', '1');
      const later = await digest(service);
      await service.restart();
      expect(await digest(service)).toBe(later);

      const undone = await remedy.undo(done);
      expect([undone.run.state, undone.run.verdict, undone.run.note, await digest(service)]).toEqual([
        'finished',
        'verified',
        expect.any(String),
        bad,
      ]);
      await service.restart();
      expect(await digest(service)).toBe(bad);
      const kept = readdirSync(service.data).filter((name) => name.startsWith('restored-'));
      expect(kept).toHaveLength(1);
      expect(readdirSync(join(service.data, kept[0] ?? '')).length).toBeGreaterThan(0);
    },
    180_000,
  );

  /** The server is up with what it held before, and nothing of it is lost over a restart. */
  async function isAsBefore({ service, bad }: Accident): Promise<void> {
    await service.answers();
    expect(await digest(service)).toBe(bad);
    await service.restart();
    expect(await digest(service)).toBe(bad);
  }

  const UNKNOWN: Sent = { kind: 'unknown', why: 'the connection to the host was lost' };
  const BOUNDARIES = ['systemctl stop', '{} +', 'medic-', 'systemctl start'];

  test.each([
    { name: 'an append-only file', settings: AOF, moments: ['before', 'after'] },
    { name: 'snapshots', settings: SNAPSHOTS, moments: ['after'] },
  ])(
    'with $name, cut off at any command, $moments it was done: the data before is back',
    async ({ settings, moments }) => {
      const scene = await accident(INSTALLED, settings);
      const { remedy, service } = scene;
      for (const boundary of BOUNDARIES) {
        for (const when of moments) {
          let stopped = false;
          const isThere = (command: string) => {
            stopped ||= command.includes('systemctl stop');
            return stopped && command.includes(boundary);
          };
          remedy.ports.hosts = meddle(service.hosts, isThere, async (send) => {
            if (when === 'after') await send();
            return UNKNOWN;
          });
          const { run, rows } = await restore(remedy);
          // Started and loaded: that shows, so the restore is done.
          const isDone = boundary === 'systemctl start' && when === 'after';
          expect([boundary, when, run.state]).toEqual([boundary, when, isDone ? 'finished' : 'unknown']);
          if (isDone) continue;
          expect(run.note).toContain('The way back was sent');
          expect(rows.filter(({ kind, state }) => kind === 'rescue' && state !== 'done')).toEqual([]);
          await isAsBefore(scene);
        }
      }
      expect(await digest(service)).toBe(scene.good);
    },
    400_000,
  );

  const MOVES = ['{} +', '-exec /usr/bin/mv -f'];
  const ALL = ['/usr/bin/mkdir', 'systemctl stop', ...MOVES, 'systemctl start'];

  test.each([
    { name: 'an append-only file', settings: AOF, boundaries: MOVES, when: 'before' },
    { name: 'snapshots', settings: SNAPSHOTS, boundaries: ALL, when: 'after' },
  ])(
    'with $name, the undo cut off at any command, $when it was done: it is taken to its end',
    async ({ settings, boundaries, when }) => {
      const scene = await accident(INSTALLED, settings);
      const { remedy, service } = scene;
      for (const boundary of boundaries) {
        remedy.ports.hosts = service.hosts;
        const done = await restore(remedy);
        expect([boundary, when, done.run.state, await digest(service)]).toEqual([
          boundary,
          when,
          'finished',
          scene.good,
        ]);
        remedy.ports.hosts = meddle(
          service.hosts,
          (command) => command.includes(boundary),
          async (send) => {
            if (when === 'after') await send();
            return UNKNOWN;
          },
        );
        const { run, rows } = await undo(remedy, done);
        const isDone = boundary === 'systemctl start' && when === 'after';
        expect([boundary, when, run.state]).toEqual([boundary, when, isDone ? 'finished' : 'unknown']);
        expect(run.note).toContain(isDone ? 'as sent' : 'The way back was sent');
        expect(rows.filter(({ kind, state }) => kind === 'rescue' && state !== 'done')).toEqual([]);
        await isAsBefore(scene);
      }
    },
    600_000,
  );

  test('the undo takes nothing from under a server that cannot be stopped', async () => {
    const scene = await accident(INSTALLED, SNAPSHOTS);
    const { remedy, service } = scene;
    const done = await restore(remedy);
    const unstoppable = (hosts: Hosts): Hosts => meddleAlways(hosts, 'systemctl stop', UNKNOWN);
    remedy.ports.hosts = unstoppable(service.hosts);
    const { run } = await undo(remedy, done);
    expect(run).toMatchObject({ state: 'unknown', note: expect.stringContaining('The way back did not work') });
    expect(await digest(service)).toBe(scene.good);
    await service.restart();
    expect(await digest(service)).toBe(scene.good);
  }, 180_000);

  test('a start that fails brings the data before back', async () => {
    const scene = await accident(INSTALLED, AOF);
    scene.service.failNextStart();
    const { run } = await restore(scene.remedy);
    expect(run).toMatchObject({
      state: 'failed',
      note: expect.stringMatching(/Job for the service failed.*The way back was sent/s),
    });
    await isAsBefore(scene);
  }, 180_000);

  test('a damaged backup is found before anything is stopped, and leaves nothing behind', async () => {
    const scene = await accident(INSTALLED, SNAPSHOTS);
    const { service, remedy } = scene;
    const before = await info(service, 'run_id');
    const path = join(service.backups, 'restore.rdb');
    const bytes = readFileSync(path);
    bytes[200] = (bytes[200] ?? 0) ^ 0xff;
    writeFileSync(path, bytes);
    const { run } = await restore(remedy);
    expect(run).toMatchObject({ state: 'failed', note: expect.stringContaining('check-rdb') });
    expect(await info(service, 'run_id')).toBe(before);
    expect(await digest(service)).toBe(scene.bad);
    expect(readdirSync(service.data).filter((name) => /^(medic|before|restored)-/.test(name))).toEqual([]);
  }, 180_000);

  test('where it would lose data or be taken over it is refused, with what to do instead', async () => {
    const { service, remedy } = await accident(INSTALLED, SNAPSHOTS);
    const refusal = async (): Promise<string> => {
      for (;;) {
        const planned = await remedy.plan('restore-on-host');
        if (typeof planned !== 'string') return 'planned';
        if (!/systemctl did not answer|could not be read/.test(planned)) return planned;
      }
    };
    await service.send('CONFIG', 'SET', 'appendonly', 'yes');
    expect(await refusal()).toContain('runs with appendonly yes, and its configuration file says no');
    await service.send('CONFIG', 'SET', 'appendonly', 'no');
    await service.send('CONFIG', 'SET', 'save', '');
    expect(await refusal()).toContain('what it holds now would be gone when it is stopped');
    await service.send('CONFIG', 'SET', 'save', '3600 1');

    const path = join(service.backups, 'restore.rdb');
    const kept = readFileSync(path);
    rmSync(path);
    expect(await refusal()).toContain(`there is no ${path} on the machine`);
    writeFileSync(path, kept);

    const watcher = new Redis({ host: service.host, port: service.port, connectionName: 'sentinel-0123abcd-cmd' });
    await watcher.ping();
    expect(await refusal()).toContain('Sentinel watches');
    watcher.disconnect();

    const other = await startRedis();
    onTestFinished(() => other.stop());
    await service.send('REPLICAOF', other.host, String(other.port));
    expect(await refusal()).toContain('This is a replica. Restore its primary');
    await service.send('REPLICAOF', 'NO', 'ONE');
    expect(await refusal()).toBe('planned');
  }, 180_000);
});
