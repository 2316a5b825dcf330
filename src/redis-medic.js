#!/usr/bin/env node
// Plain JavaScript that any Node can start: the program itself is TypeScript and needs Node 24.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as modules from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const words = process.argv.slice(2);

// What was compiled once starts in half the time. In the checkout: a folder that others may write to would be a way in.
const CACHE = fileURLToPath(new URL('../node_modules/.cache/redis-medic/compiled', import.meta.url));

if (isNewEnough(process.versions.node)) {
  process.argv[1] = MAIN;
  modules.enableCompileCache(CACHE);
  await import('./main.ts');
} else {
  const node = bundledNode();
  if (node === undefined) {
    process.stderr.write(
      `redis-medic needs Node 24 or newer; this is ${process.version} on ${process.platform}-${process.arch}.\n` +
        'Run "npm run setup" in the checkout (on Linux that fetches it), or install Node 24 from https://nodejs.org.\n',
    );
    process.exit(1);
  }
  handOver(node);
}

/** @param {string} version */
function isNewEnough(version) {
  return Number(version.split('.')[0]) >= 24;
}

/** The Node 24 that npm installed beside the other dependencies. */
function bundledNode() {
  const node = fileURLToPath(new URL(`../node_modules/node-linux-${process.arch}/bin/node`, import.meta.url));
  return process.platform === 'linux' && existsSync(node) ? node : undefined;
}

/** Becomes a bystander: the child has the terminal, gets our signals, and its end is ours. @param {string} node */
function handOver(node) {
  const child = spawn(node, [MAIN, ...words], { stdio: 'inherit', env: { ...process.env, NODE_COMPILE_CACHE: CACHE } });
  // Ctrl-C at a terminal reaches the child by itself, being in our process group.
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !atTerminal) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(`redis-medic could not start ${node}: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
  });
}
