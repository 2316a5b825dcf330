import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atLeast } from '../../domain/server.ts';
import { type Child, startChild } from './child.ts';
import type { ScratchFolder } from './folder.ts';
import { BARE, type Program } from './program.ts';

/** A server that is there to load one file. */
export interface SocketServer extends Child {
  socket: string;
  password: string;
}

/** Starts a server that listens nowhere but in its folder, saves nothing, and cannot outlive us. */
export async function startOnSocket(program: Program, folder: ScratchFolder, databases: number): Promise<SocketServer> {
  const password = randomBytes(24).toString('hex');
  const config = join(folder.path, 'scratch.conf');
  // In a file, as everyone on the machine can read the words of a command line.
  await writeFile(config, settings(program, folder, password, databases), { mode: 0o600 });
  const child = await startChild(program, [config], { env: BARE, folder: folder.path, yields: true });
  return { ...child, socket: folder.socket, password };
}

function settings({ version }: Program, folder: ScratchFolder, password: string, databases: number): string {
  const lines = [
    'port 0',
    `unixsocket "${folder.socket}"`,
    'unixsocketperm 700',
    `dir "${folder.path}"`,
    `dbfilename ${folder.file}`,
    'save ""',
    'appendonly no',
    'maxmemory 0',
    'daemonize no',
    `databases ${databases}`,
    `requirepass ${password}`,
    // Every packed value is looked through while it is loaded, not only the structure around it.
    'sanitize-dump-payload yes',
    'activerehashing no',
    ...(atLeast(version, '7.0') ? ['enable-debug-command local'] : []),
  ];
  return `${lines.join('\n')}\n`;
}
