import { readdirSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closest } from '../domain/closest.ts';
import { type LoadedPlaybook, Playbook } from '../domain/playbook.ts';
import { problem } from '../domain/problem.ts';
import type { Shelf } from '../domain/shelf.ts';
import { checkPlaybook, compilersFor, type Named } from './playbook-check.ts';
import { readYaml } from './yaml.ts';

/** The playbooks that ship with the program. */
const SHIPPED = new URL('../../playbooks/', import.meta.url);

/** The ids that there are, without reading the files; a folder that cannot be read has none. */
export function playbookIds(own?: string): string[] {
  return [fileURLToPath(SHIPPED), ...(own === undefined ? [] : [own])].flatMap((folder) => {
    try {
      return readdirSync(folder).flatMap((name) => (/\.ya?ml$/.test(name) ? [idOf({ path: name })] : []));
    } catch {
      return [];
    }
  });
}

interface Source {
  path: string;
  /** Stands in mistakes. */
  label: string;
  own: boolean;
}

/** Those that ship with the program, and those of a folder of the operator's own; one Problem names every mistake of every file. */
export async function loadPlaybooks(
  named: Named,
  shipped: URL = SHIPPED,
  own?: string,
): Promise<Shelf<LoadedPlaybook>> {
  const folder = fileURLToPath(shipped);
  const sources = (await filesIn(folder)).map((path) => ({ path, label: `playbooks/${basename(path)}`, own: false }));
  if (own === undefined) return readAll(named, sources, []);
  return readAll(named, [...sources, ...(await ownSources(own))], sources.map(idOf));
}

/** Only these files, or the files of these folders. What ships with the program may be among them. */
export async function readPlaybooks(named: Named, paths: readonly string[]): Promise<Shelf<LoadedPlaybook>> {
  const folder = fileURLToPath(SHIPPED);
  const sources: Source[] = [];
  for (const path of paths) {
    const files = (await isFolder(path)) ? await ownSources(path) : [ownSource(path)];
    sources.push(...files.map((file) => ({ ...file, own: resolve(file.path, '..') !== resolve(folder) })));
  }
  return readAll(
    named,
    sources,
    (await filesIn(folder)).map((path) => idOf({ path })),
  );
}

async function ownSources(folder: string): Promise<Source[]> {
  return (await filesIn(folder)).map(ownSource);
}

function ownSource(path: string): Source {
  const label = relative('', path);
  return { path, label: label.startsWith('..') ? path : label, own: true };
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    throw problem('playbooks-unreadable', folder, error instanceof Error ? error.message : String(error));
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw problem('playbooks-unreadable', path, error instanceof Error ? error.message : String(error));
  }
}

function idOf({ path }: Pick<Source, 'path'>): string {
  return basename(path, extname(path));
}

/** A later file takes the place of an earlier one where it may. */
async function readAll(
  named: Named,
  sources: readonly Source[],
  shipped: readonly string[],
): Promise<Shelf<LoadedPlaybook>> {
  const compilers = compilersFor(named.probes);
  const loaded = new Map<string, LoadedPlaybook>();
  const mistakes: string[] = [];
  for (const source of sources) {
    const { path, label, own } = source;
    const id = idOf(source);
    const read = readYaml(label, await readFile(path, 'utf8'), Playbook);
    if (read.kind === 'mistakes') {
      mistakes.push(...read.mistakes);
      continue;
    }
    const complain = (...[at, text, offset]: Parameters<typeof read.mistake>) =>
      void mistakes.push(read.mistake(at, text, offset));
    const odd = oddName(id, read.value, loaded.get(id), own, shipped);
    if (odd !== undefined) complain(read.value.replaces ? ['replaces'] : [], odd);
    loaded.set(id, { id, file: label, own, ...checkPlaybook(read.value, named, compilers, complain) });
  }
  if (mistakes.length > 0) throw problem('playbook-invalid', mistakes);
  return loaded;
}

/** Why a file cannot have this name: an id belongs to one playbook, and replacing one that ships is said. */
function oddName(
  id: string,
  { replaces }: Playbook,
  before: LoadedPlaybook | undefined,
  own: boolean,
  shipped: readonly string[],
): string | undefined {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) return `the name of the file is its id: small letters, digits and -`;
  if (before?.own === own) return `${before.file} has the same id, "${id}": an id belongs to one`;
  const ships = shipped.includes(id);
  if (own && ships && !replaces) {
    return `a playbook "${id}" ships with redis-medic: give the file another name, or write replaces: true to use yours in its place`;
  }
  if (replaces && !own) return 'only a playbook of your own can replace one';
  if (replaces && !ships) {
    const meant = closest(id, shipped);
    return `no playbook "${id}" ships with redis-medic, so there is none to replace.${meant ? ` Did you mean "${meant}"?` : ''}`;
  }
  return undefined;
}
