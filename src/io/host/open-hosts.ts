import { type Command, printCommand } from '../../domain/command.ts';
import { NO_LOGIN, NOT_LOCALLY } from '../../domain/host-access.ts';
import type { Probe } from '../../domain/probe.ts';
import type { Shelf } from '../../domain/shelf.ts';
import type { HostSession, Hosts, HostWriter, Opened } from '../../flow/ports.ts';
import { makeHostAllowList } from './allow-list.ts';
import { type Ask, inLanes } from './lanes.ts';
import { askLocally } from './local.ts';
import { hostWriter } from './writer.ts';

/**
 * Machines over SSH, and the one that we run on; the host probes say what may be asked of them. `programs`: what stands
 * in for a program of a template, for tests.
 */
export function openHosts(probes: Shelf<Probe<unknown>>, programs: ReadonlyMap<string, string> = new Map()): Hosts {
  const allowed = makeHostAllowList(probes.values());
  return {
    async open(access, address) {
      if (access.kind === 'local') return sessionOf(askLocally, allowed, () => undefined);
      // Loaded where it is needed, as most targets give no such access.
      const { logIn } = await import('./ssh.ts');
      const login = await logIn(access, address);
      return typeof login === 'string'
        ? login
        : sessionOf(
            (questions, ms) => login.ask(questions, ms),
            allowed,
            () => login.close(),
          );
    },
    async write(access, address) {
      if (access.kind === 'local') return refused(NOT_LOCALLY);
      if (!access.remediate) return refused(NO_LOGIN);
      const { logIn } = await import('./ssh.ts');
      const login = await logIn({ ...access, ...access.remediate }, address);
      if (typeof login === 'string') return { kind: 'refused', cause: 'unreachable', detail: login };
      return { kind: 'open', session: hostWriter(login, programs) };
    },
  };
}

function refused(detail: string): Opened<HostWriter> {
  return { kind: 'refused', cause: 'no-permission', detail };
}

function sessionOf(ask: Ask, allowed: (question: Command) => boolean, close: () => void): HostSession {
  const inTime = inLanes(ask);
  return {
    async ask(questions) {
      const stranger = questions.find((question) => !allowed(question));
      if (stranger) throw new Error(`No probe may ask a host this, so it was not asked: ${printCommand(stranger)}`);
      return questions.length === 0 ? [] : inTime(questions);
    },
    close,
  };
}
