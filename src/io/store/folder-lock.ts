import { readFileSync } from 'node:fs';
import { readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { problem } from '../../domain/problem.ts';

/** Longer than the rename of another process that found the same dead lock can take. */
const SETTLE_MS = 100;

/** Keeps a second process out of a data folder; the lock of a process that died is taken over. Call what it gives to unlock. */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  const mine = owner(process.pid);
  try {
    await writeFile(path, mine, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await takeOver(folder, path, mine);
  }
  return () => unlink(path);
}

async function takeOver(folder: string, path: string, mine: string): Promise<void> {
  const holder = (await readFile(path, 'utf8')).trim();
  const pid = Number(holder.split(' ')[0]);
  if (pid > 0 && owner(pid) === holder && isAlive(pid)) throw problem('store-locked', folder, String(pid));
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, mine, { mode: 0o600 });
  await rename(draft, path);
  await sleep(SETTLE_MS);
  const winner = (await readFile(path, 'utf8')).trim();
  if (winner !== mine) throw problem('store-locked', folder, winner.split(' ')[0] ?? winner);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The pid and, where the system tells (Linux), when that process started: pids are used again, above all in containers. */
function owner(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22, counted after the command's name, which may hold spaces (proc_pid_stat(5)).
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${pid} ${started}`;
  } catch {
    return String(pid);
  }
}
