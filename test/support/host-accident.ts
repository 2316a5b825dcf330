import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Backup } from '../../src/domain/backup.ts';
import { parseInfo } from '../../src/domain/info.ts';
import type { ParameterValues } from '../../src/domain/parameter.ts';
import { textReply } from '../../src/domain/probe.ts';
import { backupDeeds } from '../../src/flow/backup/deeds.ts';
import { takeBackup } from '../../src/flow/backup/take.ts';
import type { Hosts, HostWriter, Sent } from '../../src/flow/ports.ts';
import type { Engine } from './engines.ts';
import { type Done, Remedy } from './remedy.ts';
import { type Service, startService } from './service.ts';
import { startWorks, type TestWorks } from './works.ts';

export const AOF = ['appendonly yes', 'save ""'];
export const SNAPSHOTS = ['appendonly no', 'save 3600 1'];

export interface Accident {
  service: Service;
  remedy: Remedy;
  /** DEBUG DIGEST of what the backup holds, and of what the accident left. */
  good: string;
  bad: string;
}

/** A service whose data was lost after a backup had been taken, which lies on its machine. */
export async function accident(engine: Engine | undefined, settings: readonly string[]): Promise<Accident> {
  const service = await filledService(engine, settings);
  const remedy = await Remedy.open([service], { host: service.access });
  remedy.ports.hosts = service.hosts;
  onTestFinished(() => remedy.close());
  await saveForRestore(service);
  return { service, remedy, ...(await lose(service)) };
}

/** One whose backup is kept by redis-medic. */
export async function keptAccident(
  engine: Engine | undefined,
  settings: readonly string[],
): Promise<Accident & { works: TestWorks; backup: Backup }> {
  const works = await startWorks();
  onTestFinished(() => works.close());
  const service = await filledService(engine, settings);
  const remedy = await Remedy.open([service], { host: service.access });
  onTestFinished(() => remedy.close());
  const { ports, target } = remedy;
  ports.ledger = works.works.catalog;
  on(remedy, service.hosts, works);
  const taken = await takeBackup(works.works, { target, node: service, reason: { kind: 'manual' } });
  if (taken.kind !== 'taken') throw new Error(taken.because);
  return { service, remedy, works, backup: taken.backup, ...(await lose(service)) };
}

/** Lets a run, and what redis-medic does itself in it, reach machines like this. */
export function on({ ports }: Remedy, hosts: Hosts, { works, settings }: TestWorks): void {
  ports.hosts = hosts;
  ports.deeds = backupDeeds({ works: { ...works, servers: ports.servers }, hosts, serve: settings.serve });
}

async function filledService(engine: Engine | undefined, settings: readonly string[]): Promise<Service> {
  if (!engine) throw new Error('no server program');
  const service = await startService(engine, settings);
  onTestFinished(() => service.end());
  await service.send('DEBUG', 'POPULATE', '2000', 'key', '100');
  await service.send('HSET', 'hash', 'a', '1', 'b', '2');
  await service.send('XADD', 'stream', '*', 'f', 'v');
  await service.send('SELECT', '0');
  await service.send('SET', 'mortal', '1', 'EX', '3600');
  return service;
}

async function lose(service: Service): Promise<{ good: string; bad: string }> {
  const good = await digest(service);
  await service.send('FLUSHALL');
  await service.send('SET', 'after', 'the accident');
  return { good, bad: await digest(service) };
}

async function saveForRestore(service: Service): Promise<void> {
  const saved = await service.send('LASTSAVE');
  await sleep(1100);
  await service.send('BGSAVE');
  while ((await service.send('LASTSAVE')) === saved) await sleep(50);
  copyFileSync(join(service.data, 'dump.rdb'), join(service.backups, 'restore.rdb'));
}

export async function digest(service: Service): Promise<string> {
  return textReply(await service.send('DEBUG', 'DIGEST'));
}

export async function info(service: Service, field: string): Promise<string | undefined> {
  return parseInfo(textReply(await service.send('INFO', 'everything'))).text(field);
}

/** On a busy machine an answer may not come within the time that a look has. */
const UNSEEN = /not readable|did not answer|could not be read/;

/** Plans, approves and runs; asked for again where nothing was stopped as a check did not see everything in time. */
export async function restore(remedy: Remedy, values: ParameterValues = {}): Promise<Done> {
  for (let left = 10; ; left -= 1) {
    const planned = await remedy.plan('restore-on-host', values);
    if (typeof planned !== 'string') {
      const done = await remedy.approve(await remedy.keep(planned));
      if (left === 0 || !UNSEEN.test(done.run.note ?? '')) return done;
      continue;
    }
    if (left === 0 || !/systemctl did not answer|could not be read/.test(planned)) throw new Error(planned);
    await sleep(500);
  }
}

/** On a busy machine the fingerprint may not be seen in time: then nothing was sent, and it is asked for again. */
export async function undo(remedy: Remedy, done: Done): Promise<Done> {
  for (let left = 10; ; left -= 1) {
    const undone = await remedy.undo(done).catch((error: Error) => error);
    const told = undone instanceof Error ? undone.message : (undone.run.note ?? '');
    if (left === 0 || !UNSEEN.test(told)) {
      if (undone instanceof Error) throw undone;
      return undone;
    }
    await sleep(500);
  }
}

type Send = HostWriter['send'];

/** Machines whose sending goes through here. */
export function through(hosts: Hosts, way: (send: Send) => Send): Hosts {
  return {
    ...hosts,
    async write(...to) {
      const opened = await hosts.write(...to);
      if (opened.kind === 'refused') return opened;
      const { session } = opened;
      return {
        kind: 'open',
        session: {
          send: way((...words) => session.send(...words)),
          close: () => session.close(),
        },
      };
    },
  };
}

/** Answers every command with these words in it, and sends none of them. */
export function meddleAlways(hosts: Hosts, words: string, answer: Sent): Hosts {
  return through(
    hosts,
    (send) => async (command, input) => (command.join(' ').includes(words) ? answer : send(command, input)),
  );
}

/** Lets `instead` answer for the first command of a connection that is meant; `send` does what was asked. */
export function meddle(
  hosts: Hosts,
  at: (command: string) => boolean,
  instead: (send: () => Promise<Sent>) => Promise<Sent>,
): Hosts {
  return through(hosts, (send) => {
    let done = false;
    return (command, input) => {
      if (done || !at(command.join(' '))) return send(command, input);
      done = true;
      return instead(() => send(command, input));
    };
  });
}
