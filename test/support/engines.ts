import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findRedis } from '../../demo/redis-binary.ts';
import { enginesFolder } from '../../deploy/engines.mjs';
import { type Program, programAt } from '../../src/io/scratch/program.ts';

/** A server program with the name that tests show: `valkey-9.1`. */
export interface Engine extends Omit<Program, 'engine'> {
  engine: string;
}

/** The installed server and those that the set-up fetched, oldest Redis first. */
export const ENGINES: readonly Engine[] = [{ ...findRedis(), engine: 'installed' }, ...fetched()];

function fetched(): Engine[] {
  const folder = enginesFolder();
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const program = programAt(join(folder, name, 'server'));
      return program ? [{ ...program, engine: name }] : [];
    });
}
