import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Binary, binaryAt, findRedis } from '../../demo/redis-binary.ts';
import { enginesFolder } from '../../deploy/engines.mjs';

/** A server program with the name that tests show: `valkey-9.1`. */
export interface Engine extends Binary {
  engine: string;
}

/** The installed server and those that the set-up fetched, oldest Redis first. */
export const ENGINES: readonly Engine[] = [{ ...findRedis(), engine: 'installed' }, ...fetched()];

function fetched(): Engine[] {
  const folder = enginesFolder();
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'server')))
    .sort()
    .map((name) => ({ ...binaryAt(join(folder, name, 'server')), engine: name }));
}
