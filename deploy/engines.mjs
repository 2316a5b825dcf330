// Other servers than the installed one, for the tests: `node deploy/engines.mjs [folder]`. Debian's suites are unpacked
// beside each other in a folder of the user's; the system's own packages are left alone. Elsewhere there are none.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const programsOf = (product) => ({
  server: [`${product}-check-rdb`, `${product}-server`],
  'check-rdb': [`${product}-check-rdb`, `${product}-check-rdb`],
  'check-aof': [`${product}-check-rdb`, `${product}-check-aof`],
  cli: [`${product}-cli`, `${product}-cli`],
  benchmark: [`${product}-benchmark`, `${product}-benchmark`],
});

const engine = (product, ...suites) => ({ package: `${product}-tools`, suites, programs: programsOf(product) });

/** Engine -> its package, the suites that it and what it needs come from (its own last), and file -> [program, argv 0]. */
const ENGINES = {
  'redis-8.0.2': engine('redis', 'trixie'),
  'redis-8.0': engine('redis', 'sid'),
  'valkey-8.0': engine('valkey', 'bookworm', 'bookworm-backports'),
  'valkey-8.1': engine('valkey', 'trixie'),
  'valkey-9.1': engine('valkey', 'sid'),
};

/** What the benchmarks compare with. */
const PEERS = {
  'redis-exporter': {
    package: 'prometheus-redis-exporter',
    suites: ['sid'],
    programs: { exporter: ['prometheus-redis-exporter', 'prometheus-redis-exporter'] },
  },
};

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Where the engines are kept between runs. */
export function enginesFolder(env = process.env) {
  return env.REDIS_MEDIC_ENGINES ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'redis-medic/engines');
}

/** Fetches what is missing; answers with the names that are there afterwards. */
export function fetchEngines(folder = enginesFolder(), say = (text) => process.stderr.write(`${text}\n`)) {
  return fetchAll(ENGINES, folder, say);
}

/** Path of a peer's program, fetched if need be; undefined where it cannot be had. */
export function fetchPeer(name, folder = enginesFolder(), say = (text) => process.stderr.write(`${text}\n`)) {
  const [program] = Object.keys(PEERS[name].programs);
  const there = fetchAll({ [name]: PEERS[name] }, folder, say).includes(name);
  return there ? join(folder, name, program) : undefined;
}

function fetchAll(wanted, folder, say) {
  const isThere = (name) => Object.keys(wanted[name].programs).every((file) => existsSync(join(folder, name, file)));
  const missing = Object.keys(wanted).filter((name) => !isThere(name));
  const mirror = missing.length > 0 ? debianMirror() : undefined;
  if (mirror) {
    say(`Fetching ${missing.join(', ')} ...`);
    for (const name of missing) {
      const trouble = fetchOne(folder, name, wanted[name], mirror);
      if (trouble) say(`${name} is left out: ${trouble}`);
    }
  }
  return Object.keys(wanted).filter(isThere);
}

/** The mirror that this system's own packages come from; undefined where it is not Debian. */
function debianMirror() {
  if (!existsSync(KEYRING)) return undefined;
  const folder = '/etc/apt/sources.list.d';
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : []),
  ];
  const text = files
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  return /^(?:URIs:|deb\s(?:\[[^\]]*\]\s*)?)\s*(https?:\/\/\S+\/debian)\/?(?:\s|$)/m.exec(text)?.[1];
}

function fetchOne(folder, name, { package: wanted, suites, programs }, mirror) {
  const work = join(folder, `${name}.${process.pid}`);
  const root = join(work, 'root');
  try {
    for (const part of ['lists/partial', 'cache/archives/partial', 'root'])
      mkdirSync(join(work, part), { recursive: true });
    const sources = suites.map((one) => `deb [signed-by=${KEYRING}] ${mirror} ${one} main\n`).join('');
    writeFileSync(join(work, 'sources.list'), sources);
    // As if nothing were installed: the server and all that it needs, its C library included.
    writeFileSync(join(work, 'status'), '');
    const settings = [
      `Dir::Etc::sourcelist=${work}/sources.list`,
      'Dir::Etc::sourceparts=/dev/null',
      'Dir::Etc::preferencesparts=/dev/null',
      `Dir::State::lists=${work}/lists`,
      `Dir::State::status=${work}/status`,
      `Dir::Cache=${work}/cache`,
      'APT::Sandbox::User=root',
      'Debug::NoLocking=1',
    ].flatMap((setting) => ['-o', setting]);
    run('apt-get', [...settings, '-qq', 'update']);
    run('apt-get', [
      ...settings,
      '-qq',
      '-y',
      '--download-only',
      '--no-install-recommends',
      '-t',
      suites.at(-1),
      'install',
      wanted,
    ]);
    const archives = join(work, 'cache/archives');
    for (const file of readdirSync(archives).filter((one) => one.endsWith('.deb')))
      run('dpkg', ['-x', join(archives, file), root]);
    keepWhatRuns(
      root,
      join(work, 'run'),
      Object.values(programs).map(([program]) => program),
    );
    for (const part of ['root', 'lists', 'cache', 'sources.list', 'status']) {
      rmSync(join(work, part), { recursive: true, force: true });
    }
    const home = join(folder, name);
    for (const [file, [program, called]] of Object.entries(programs)) {
      writeFileSync(join(work, file), launcher(`${home}/run`, program, called), { mode: 0o755 });
    }
    rmSync(home, { recursive: true, force: true });
    renameSync(work, home);
    const version = spawnSync(join(home, Object.keys(programs)[0]), ['--version'], { encoding: 'utf8' });
    if (version.status === 0) return undefined;
    rmSync(home, { recursive: true, force: true });
    return `it does not run here: ${version.stderr.trim()}`;
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    return error instanceof Error ? error.message : String(error);
  }
}

/** Its own C library, which may be newer than the system's; the process keeps its id. */
function launcher(folder, program, called) {
  return `#!/bin/sh\nexec '${folder}/loader' --argv0 ${called} --library-path '${folder}' '${folder}/${program}' "$@"\n`;
}

/** Copies the programs, the loader and the libraries that they load: a tenth of what was unpacked. */
function keepWhatRuns(root, to, programs) {
  mkdirSync(to);
  const triplet = readdirSync(join(root, 'usr/lib')).find((name) => name.endsWith('-linux-gnu'));
  const folders = ['usr/lib', 'lib'].map((folder) => join(root, folder, triplet)).filter(existsSync);
  const files = folders.flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)));
  const loader = files.find((file) => /\/ld-linux.*\.so\.\d$/.test(file));
  copyFileSync(loader, join(to, 'loader'));
  for (const name of new Set(programs)) {
    const program = join(root, 'usr/bin', name);
    copyFileSync(program, join(to, name));
    const listed = run(loader, ['--library-path', folders.join(':'), '--list', program]);
    for (const [, library] of listed.matchAll(/=> (\S+\/([^/\s]+)) \(/g))
      copyFileSync(library, join(to, basename(library)));
  }
}

function run(program, words) {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0)
    throw new Error(`${program} ${words.at(-1)}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
  return stdout;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(`${fetchEngines(process.argv[2]).join('\n')}\n`);
}
