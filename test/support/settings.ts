import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { RedisServer } from '../../demo/redis-server.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import { carryOut, type Deployment, missing, mustPlanFor } from './carry-out.ts';

/** Everything that CONFIG GET shows, parameter by parameter. */
export async function configuration(server: RedisServer): Promise<Record<string, string>> {
  const words = (await server.send('CONFIG', 'GET', '*')) as string[];
  const pairs = words.flatMap((word, at) => (at % 2 === 0 ? [[word, String(words[at + 1])] as const] : []));
  return Object.fromEntries(pairs.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Sets parameters by hand, one after the other. */
export async function configure(server: RedisServer, parameters: Readonly<Record<string, string>>): Promise<void> {
  for (const [parameter, value] of Object.entries(parameters)) {
    expect(textReply(await server.send('CONFIG', 'SET', parameter, value))).toBe('OK');
  }
}

/** Plans, carries out, looks, takes back: every parameter of every server must be what it was. Gives what it did and which changed. */
export async function thereAndBack(deployment: Deployment, id: string, on: RedisServer, args: unknown) {
  const before = await Promise.all(deployment.all.map(configuration));
  const plan = await mustPlanFor(deployment, id, on, args);
  await carryOut(deployment, plan.commands);
  expect(await missing(deployment, plan.commands), 'applied').toEqual([]);
  const after = await Promise.all(deployment.all.map(configuration));
  if (typeof plan.undo === 'string') throw new Error(`no way back: ${plan.undo}`);
  await carryOut(deployment, plan.undo);
  expect(await missing(deployment, plan.undo), 'undone').toEqual([]);
  expect(await Promise.all(deployment.all.map(configuration)), 'as it was').toEqual(before);
  const changed = after.map((now, at) =>
    Object.entries(now).flatMap(([name, value]) => (before[at]?.[name] === value ? [] : [`${name} ${value}`])),
  );
  return { plan, changed };
}

/** Has the next snapshot fail: a folder in the place of the file stops root as well. Gives what repairs that. */
export async function breakSnapshots(server: RedisServer): Promise<() => Promise<void>> {
  const file = join(server.dir, 'dump.rdb');
  await rm(file, { force: true });
  await mkdir(join(file, 'in-the-way'), { recursive: true });
  await server.send('BGSAVE');
  await vi.waitFor(async () => {
    const info = parseInfo(textReply(await server.send('INFO', 'everything')));
    expect(info.text('rdb_last_bgsave_status')).toBe('err');
  }, 10_000);
  return () => rm(file, { recursive: true });
}
