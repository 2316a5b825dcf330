import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../../demo/redis-server.ts';
import { readinessMarkdown, renderReadiness } from '../../../src/cli/render/readiness.ts';
import { failures, type Readiness } from '../../../src/domain/readiness.ts';
import { checkReadiness } from '../../../src/flow/check/check-readiness.ts';
import { GUIDE } from '../../../src/flow/check/guide.ts';
import { loadPlaybooks } from '../../../src/io/playbooks.ts';
import { openServers } from '../../../src/io/redis/servers.ts';
import { loadShelves } from '../../../src/io/shelves.ts';
import { plainTarget } from '../../support/target.ts';

const units = await loadShelves();
const shelves = { ...units, playbooks: await loadPlaybooks(units) };
const clock = { now: () => Date.now(), sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)) };

describe('a store that keeps nothing on disk', () => {
  let server: RedisServer;
  let readiness: Readiness;
  const row = (id: string) => readiness.rows.find((one) => one.id === id);

  beforeAll(async () => {
    server = await startRedis({ args: ['--maxmemory', '100mb', '--timeout', '60'] });
    const target = plainTarget({ seeds: [server], purpose: 'store', objectives: { dataLossSeconds: 1 } });
    readiness = (
      await checkReadiness({ servers: openServers(shelves.probes), shelves, clock }, target, { seconds: 0.2 })
    ).readiness;
  });
  afterAll(() => server.stop());

  test('each rule and each question has one row', () => {
    expect(readiness.rows.map(({ id }) => id)).toEqual([...Object.keys(GUIDE), ...shelves.rules.keys()]);
  });

  test('what is wrong fails with its reason and its fix', () => {
    expect(row('loss-at-restart')).toMatchObject({
      result: 'fail',
      said: expect.stringContaining('all data'),
      fix: expect.stringContaining('appendonly yes'),
    });
    expect(row('basic-settings')).toMatchObject({ result: 'fail', said: expect.stringContaining('timeout is 60') });
  });

  test('what is well passes, and what could not be seen says why', () => {
    expect(row('maxmemory-unset')).toMatchObject({ result: 'pass', fix: '' });
    expect(row('persistence-watched')).toMatchObject({
      result: 'not assessed',
      said: expect.stringContaining('recorded'),
    });
    expect(row('kernel')).toMatchObject({ result: 'not assessed', said: expect.stringContaining('host') });
  });

  test('the score counts what could be assessed', () => {
    const memory = readiness.sections.find(({ section }) => section === 'Memory');
    expect(memory?.score).toBeGreaterThan(90);
    const persistence = readiness.sections.find(({ section }) => section === 'Persistence');
    expect(persistence?.score).toBeLessThan(90);
  });

  test('a failure is told once, by the question that it belongs to', () => {
    const told = failures(readiness.rows).map(({ id }) => id);
    expect(told).toContain('loss-at-restart');
    expect(told).not.toContain('no-persistence-configured');
  });

  test('it can be read in a terminal and kept as Markdown', () => {
    const text = renderReadiness(readiness, { colour: false, columns: 100 });
    expect(text).toMatch(/^live: \d+ passed, \d+ failed, \d+ not assessed/);
    expect(text).toContain('A restart loses no more than the objective allows');
    const markdown = readinessMarkdown(readiness);
    expect(markdown).toMatch(/^# Readiness of live\n/);
    expect(markdown).toContain('| fail | A restart loses no more than the objective allows (`loss-at-restart`) |');
  });
});

test('every rule and figure that a question names exists', () => {
  const named = Object.values(GUIDE).flatMap(({ rules, figures = [] }) => [
    ...rules.filter((id) => !shelves.rules.has(id)),
    ...figures.filter((id) => !shelves.figures.has(id)),
  ]);
  expect(named).toEqual([]);
});

test('where no server can be read nothing passes', async () => {
  const target = plainTarget({ seeds: [{ host: '127.0.0.1', port: 1 }] });
  const deps = { servers: openServers(shelves.probes), shelves, clock };
  const { readiness } = await checkReadiness(deps, target, { seconds: 0 });
  expect(readiness.rows.filter(({ result }) => result === 'pass')).toEqual([]);
  expect(readiness.rows.find(({ id }) => id === 'node-unreachable')?.result).toBe('fail');
});
