import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOOLS_FOLDER, toolFiles } from '../../src/domain/kernel-settings.ts';
import type { HostAccess } from '../../src/domain/target.ts';
import type { Hosts } from '../../src/flow/ports.ts';
import type { Ran } from '../../src/io/host/ssh.ts';
import { hostWriter } from '../../src/io/host/writer.ts';

/** A program that hands on to the command behind the options of sudo, as the account that it is run as. */
const SUDO = '#!/bin/sh\nshift\n[ "$1" = -u ] && shift 2\nexec "$@"\n';

/** What stands in for sudo; the same lines, whoever runs them. */
export function sudoStandIn(folder: string): ReadonlyMap<string, string> {
  const path = join(folder, 'sudo');
  writeFileSync(path, SUDO, { mode: 0o755 });
  return new Map([['/usr/bin/sudo', path]]);
}

/** This machine, set up as an administrator would, with commands run by us as root; everything else as `hosts` does it. */
export function rootHost(hosts: Hosts): { hosts: Hosts; sent: string[]; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'redis-medic-root-host-'));
  const programs = sudoStandIn(folder);
  const wasThere = existsSync(TOOLS_FOLDER);
  mkdirSync(TOOLS_FOLDER, { recursive: true, mode: 0o755 });
  for (const [path, text] of toolFiles()) writeFileSync(path, `${text}\n`);
  const sent: string[] = [];
  return {
    sent,
    hosts: {
      ...hosts,
      async write() {
        const writer = hostWriter({ run: runHere, close: () => undefined }, programs);
        return {
          kind: 'open',
          session: {
            ...writer,
            send(command) {
              sent.push(command.join(' '));
              return writer.send(command);
            },
          },
        };
      },
    },
    remove() {
      rmSync(folder, { recursive: true });
      if (!wasThere) rmSync(TOOLS_FOLDER, { recursive: true });
    },
  };
}

/** The login that changes is never used for looking, so it need not be one. */
export function withRemediate(access: HostAccess, backups?: string): HostAccess {
  if (access.kind === 'local') throw new Error('a machine is only changed over SSH');
  return {
    ...access,
    remediate: {
      user: access.user,
      key: access.key,
      passphrase: access.passphrase ?? '',
      ...(backups !== undefined && { backups }),
    },
  };
}

function runHere(line: string): Promise<Ran> {
  const { promise, resolve } = Promise.withResolvers<Ran>();
  const child = spawn('/bin/sh', ['-c', line], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk;
  });
  child.on('close', (status) =>
    resolve({ output, errors, ended: undefined, status: status ?? undefined, refused: false }),
  );
  return promise;
}
