import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Action } from '../domain/action.ts';
import type { Probe } from '../domain/probe.ts';
import type { Figures } from '../domain/readiness.ts';
import type { Rule } from '../domain/rule.ts';
import type { Shelf } from '../domain/shelf.ts';
import type { Source } from '../domain/source.ts';

const SOURCE_ROOT = new URL('../', import.meta.url);

/** Every unit under a folder: the file name without `.ts` is the id, the default export is the unit. */
export async function loadShelf<T extends object>(folder: URL): Promise<Shelf<T>> {
  const units = new Map<string, T>();
  const files = await readdir(folder, { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.ts')).sort()) {
    const id = basename(file, '.ts');
    if (units.has(id)) throw new Error(`Two files are named ${id}.ts under ${folder.pathname}: an id belongs to one.`);
    const unit = ((await import(new URL(file, folder).href)) as { default?: T }).default;
    if (unit === undefined) throw new Error(`${folder.pathname}${file} has no default export.`);
    units.set(id, unit);
  }
  return units;
}

export interface LoadedShelves {
  probes: Shelf<Probe<unknown>>;
  rules: Shelf<Rule>;
  actions: Shelf<Action>;
  sources: Shelf<Source>;
  figures: Shelf<Figures>;
  /** Rule id -> the folder that it stands in. */
  families: ReadonlyMap<string, string>;
}

/** The shelves that ship with the program. */
export async function loadShelves(): Promise<LoadedShelves> {
  // What the others import comes first: a loader that meets a module by two ways at once may make two of it.
  const probes = await loadShelf<Probe<unknown>>(new URL('probes/', SOURCE_ROOT));
  const [rules, actions, sources, figures, families] = await Promise.all([
    loadShelf<Rule>(new URL('rules/', SOURCE_ROOT)),
    loadShelf<Action>(new URL('actions/', SOURCE_ROOT)),
    loadShelf<Source>(new URL('sources/', SOURCE_ROOT)),
    loadShelf<Figures>(new URL('figures/', SOURCE_ROOT)),
    familiesIn(new URL('rules/', SOURCE_ROOT)),
  ]);
  return { probes, rules, actions, sources, figures, families };
}

async function familiesIn(folder: URL): Promise<Map<string, string>> {
  const files = await readdir(folder, { recursive: true });
  return new Map(
    files.filter((name) => name.endsWith('.ts')).map((name) => [basename(name, '.ts'), basename(dirname(name))]),
  );
}
