// Makes a fresh clone ready: `node deploy/setup.mjs [setup|demo|start|test]`. Runs on Node 18 and newer, needs no package.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fetchEngines } from './engines.mjs';
import { fetchTool, findTool } from './unpacked.mjs';

/** What of the system each purpose needs beside the npm packages. */
const NEEDS = { setup: [], start: [], demo: ['redis'], test: ['redis', 'postgres', 'chromium', 'sshd', 'sudo'] };

/**
 * How to tell that it is there, and what to install. Debian's redis-server package starts a service on 6379;
 * redis-tools holds the same program under the name redis-check-rdb and starts none.
 */
const TOOLS = {
  redis: {
    what: 'a Redis server (redis-server or valkey-server)',
    found: ({ onPath, named }) =>
      named('REDIS_SERVER') || ['redis-server', 'valkey-server', 'redis-check-rdb', 'valkey-check-rdb'].some(onPath),
    apt: ['redis-tools'],
    brew: ['redis'],
    dnf: ['valkey'],
  },
  postgres: {
    what: 'the PostgreSQL server programs (initdb)',
    found: ({ onPath, debianPostgres }) => onPath('initdb') || debianPostgres(),
    apt: ['postgresql'],
    brew: ['postgresql'],
    dnf: ['postgresql-server'],
  },
  chromium: {
    what: 'Chromium, for the tests in a browser',
    found: ({ onPath, named }) => named('CHROMIUM') || ['chromium', 'chromium-browser', 'google-chrome'].some(onPath),
    apt: ['chromium'],
    brew: ['chromium'],
    dnf: ['chromium'],
  },
  sshd: {
    what: 'an SSH server (sshd); the tests start their own, no service is needed',
    found: ({ unpacked }) => unpacked('sshd'),
    // Its package would start a service.
    unpack: ({ fetchTool }) => fetchTool('sshd'),
    apt: ['openssh-server'],
    brew: ['openssh'],
    dnf: ['openssh-server'],
  },
  sudo: {
    what: 'sudo, with which the rules for machines are tried',
    found: ({ unpacked }) => unpacked('sudo'),
    // Nobody is to get rights on this machine by it.
    unpack: ({ fetchTool }) => fetchTool('sudo'),
    apt: ['sudo'],
    brew: ['sudo'],
    dnf: ['sudo'],
  },
};

/** The real system; tests hand in another. */
export function realSystem(root = fileURLToPath(new URL('..', import.meta.url))) {
  const onPath = (name) => (process.env.PATH ?? '').split(delimiter).some((folder) => isProgram(join(folder, name)));
  const run = (program, words, options = {}) =>
    spawnSync(program, words, { cwd: root, stdio: ['ignore', 2, 2], ...options }).status === 0;
  return {
    look: {
      onPath,
      /** A program that a variable names. */
      named: (variable) => isProgram(process.env[variable] ?? ''),
      debianPostgres: () => programsUnder('/usr/lib/postgresql', 'bin/initdb'),
      /** Installed, or unpacked for the tests. */
      unpacked: (name) => findTool(name) !== undefined,
    },
    packagesFresh: () => isFresh(root),
    isRoot: () => process.getuid?.() === 0,
    sudoWithoutPassword: () => onPath('sudo') && run('sudo', ['-n', 'true'], { stdio: 'ignore' }),
    platform: process.platform,
    bundledNode: () => linkNode(join(root, 'node_modules/.bin')),
    nodeMajor: Number(process.versions.node.split('.')[0]),
    fetchEngines,
    fetchTool,
    run,
    say: (text) => process.stderr.write(`${text}\n`),
  };
}

/** Installs what is missing; answers with the exit status. */
export function setup(purpose, system) {
  const needs = NEEDS[purpose];
  if (needs === undefined) {
    system.say(`Usage: node deploy/setup.mjs [${Object.keys(NEEDS).join('|')}]`);
    return 64;
  }
  if (!system.packagesFresh()) {
    system.say('Installing the npm packages (npm ci), about half a minute ...');
    if (!system.run('npm', ['ci', '--no-audit', '--no-fund'])) {
      system.say('npm ci failed; what it says stands above.');
      return 1;
    }
  }
  if (!hasNode24(system)) return 1;
  const missing = needs.map((need) => TOOLS[need]).filter((tool) => !tool.found(system.look));
  const packages = missing.filter((tool) => tool.unpack === undefined);
  if (packages.length > 0) installWithApt(packages, system);
  for (const tool of missing) if (system.look.onPath('apt-get')) tool.unpack?.(system);
  const still = missing.filter((tool) => !tool.found(system.look));
  if (still.length > 0) system.say(nameCommands(still, system));
  if (still.length > 0) return 1;
  // More engines to try the diagnosis on; without them the tests use the installed one alone.
  if (purpose === 'test') system.fetchEngines();
  return 0;
}

/** On Linux x64 and arm64 npm has just brought it; elsewhere it must be the person's own. */
function hasNode24({ nodeMajor, bundledNode, say }) {
  if (nodeMajor >= 24 || bundledNode()) return true;
  say(`Node 24 is needed and this is Node ${nodeMajor}. Install it: brew install node@24, or https://nodejs.org`);
  return false;
}

function installWithApt(missing, system) {
  const before = system.isRoot() ? [] : ['sudo', '-n'];
  if (!system.look.onPath('apt-get') || (before.length > 0 && !system.sudoWithoutPassword())) return;
  const packages = missing.flatMap((tool) => tool.apt);
  system.say(`Installing ${packages.join(', ')} with apt ...`);
  const run = (...words) => {
    const [program, ...rest] = [...before, ...words];
    return system.run(program, rest);
  };
  const apt = (...words) => run('env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...words);
  apt('update');
  if (!packages.includes('postgresql')) return apt('install', '-y', '--no-install-recommends', ...packages);
  // The package would make and start a cluster of its own; the tests make theirs.
  const settings = '/etc/postgresql-common/createcluster.d/redis-medic-setup.conf';
  apt('install', '-y', '--no-install-recommends', 'postgresql-common');
  run('sh', '-c', `mkdir -p "$(dirname ${settings})" && echo "create_main_cluster = false" > ${settings}`);
  apt('install', '-y', '--no-install-recommends', ...packages);
  run('rm', '-f', settings);
}

function nameCommands(missing, { platform, look }) {
  const packages = (manager) => missing.flatMap((tool) => tool[manager]).join(' ');
  const fetch = `apt-get update && apt-get install ${packages('apt')}`;
  const apt = look.onPath('sudo') ? fetch.replaceAll('apt-get', 'sudo apt-get') : `su -c "${fetch}"`;
  const brew = `brew install ${packages('brew')}`;
  const dnf = `sudo dnf install ${packages('dnf')}`;
  const commands =
    platform === 'darwin' ? [brew] : look.onPath('apt-get') ? [apt] : look.onPath('dnf') ? [dnf] : [apt, dnf, brew];
  return [
    ...missing.map((tool) => `Missing: ${tool.what}.`),
    `Install ${missing.length === 1 ? 'it' : 'them'} and run this again:`,
    ...commands.map((command) => `  ${command}`),
  ].join('\n');
}

/** True when node_modules was installed after package-lock.json last changed. */
function isFresh(root) {
  const installed = modified(join(root, 'node_modules/.package-lock.json'));
  return installed !== undefined && installed >= (modified(join(root, 'package-lock.json')) ?? 0);
}

/** npm 10 leaves out the Node package of the other processor, and removes our link with it: both have one name. */
function linkNode(folder) {
  const link = join(folder, 'node');
  const program = `../node-linux-${process.arch}/bin/node`;
  if (isProgram(link)) return true;
  if (!isProgram(join(folder, program))) return false;
  rmSync(link, { force: true });
  symlinkSync(program, link);
  return true;
}

function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

function programsUnder(folder, path) {
  return existsSync(folder) && readdirSync(folder).some((name) => isProgram(join(folder, name, path)));
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = setup(process.argv[2] ?? 'setup', realSystem());
}
