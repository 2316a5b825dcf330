import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

const ROOT = new URL('../../', import.meta.url);

/** Paths of the files under a folder of the repository, such as `src/domain/ids.ts`. */
export function filesUnder(folder: string, suffix = '.ts'): string[] {
  return readdirSync(new URL(`${folder}/`, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(suffix) && !name.includes('node_modules'))
    .map((name) => posix.join(folder, name))
    .sort();
}

export function textOf(file: string): string {
  return readFileSync(new URL(file, ROOT), 'utf8');
}

/** What a file imports, types included: paths inside the repository resolved, packages by their names. */
export function importsOf(file: string): string[] {
  const statements = /^\s*(?:import|export)\s(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;
  return [...textOf(file).matchAll(statements)]
    .map(([, from, dynamic]) => from ?? dynamic ?? '')
    .map((from) => (from.startsWith('.') ? posix.join(posix.dirname(file), from) : packageOf(from)));
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
