import { type Command, ReplyError } from '../domain/command.ts';
import {
  type Claim,
  HOST_UPTIME,
  isLikelyProcess,
  isThatProcess,
  PROCESS_FILES,
  type ProcessTexts,
  SERVER_SEARCH,
} from '../domain/host-process.ts';
import { NotAnswered } from '../domain/probe.ts';
import type { HostProcess } from '../domain/server-files.ts';
import type { HostSession } from './ports.ts';

/** More servers than this on one machine are not told apart. */
const MOST_CANDIDATES = 32;

type Seen = ProcessTexts & HostProcess;

/** The process of a server on its host. Throws NotAnswered where it is not to be found, or not for certain. */
export async function findProcess(session: HostSession, claim: Claim): Promise<HostProcess> {
  const [direct] = await look(session, [claim.pid]);
  if (direct && isThatProcess(claim, direct)) return direct;
  const [found] = await session.ask([SERVER_SEARCH]);
  const pids = (textOf(found)?.match(/\d+/g) ?? []).map(Number).slice(0, MOST_CANDIDATES);
  const [only, ...others] = (await look(session, pids)).filter((one) => isLikelyProcess(claim, one));
  if (only && others.length === 0) return only;
  throw new NotAnswered(
    only
      ? `${others.length + 1} processes of the host could be this server: ${[only, ...others].map(({ pid }) => pid).join(', ')}`
      : `no process of the host is this server, which calls itself process ${claim.pid}`,
  );
}

async function look(session: HostSession, pids: readonly number[]): Promise<Seen[]> {
  const [uptime, ...texts] = await session.ask([HOST_UPTIME, ...pids.flatMap(filesOf)]);
  // Without this file there is no Linux, or no answer at all.
  if (uptime instanceof ReplyError) throw new NotAnswered(uptime.message);
  const perProcess = Object.keys(PROCESS_FILES).length;
  return pids.map((pid, index) => {
    const own = texts.slice(index * perProcess, (index + 1) * perProcess).map(textOf);
    const [stat, status = '', cmdline, cgroup = '', interfaces = ''] = own;
    return { pid, uptime, stat, status, cmdline, cgroup, interfaces };
  });
}

function filesOf(pid: number): Command[] {
  return Object.values(PROCESS_FILES).map(([read, path = '']) => [read, path.replace('{pid}', String(pid))]);
}

function textOf(answer: string | ReplyError | undefined): string | undefined {
  return answer instanceof ReplyError ? undefined : answer;
}
