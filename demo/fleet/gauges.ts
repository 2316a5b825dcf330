import { parseInfo } from '../../src/domain/info.ts';
import type { Member } from './servers.ts';

/** What the page shows of one server, as the server itself tells it. */
export interface Gauge {
  target: Member['target'];
  name: string;
  address: string;
  reachable: boolean;
  role: 'primary' | 'replica';
  usedMemory: number;
  maxMemory: number;
  opsPerSecond: number;
  keys: number;
  /** The replica's link to its primary; null on a primary. */
  link: { up: boolean; primary: string; downSeconds: number } | null;
  /** Of the last snapshot to disk. */
  save: { ok: boolean; ageSeconds: number };
  errors: { oom: number; misconf: number };
}

export async function readGauge({ target, name, server, client }: Member): Promise<Gauge> {
  const head = { target, name, address: `${server.host}:${server.port}` };
  // Two fields of INFO are missing from `INFO default` before 7.0 only when no command has failed yet.
  const text = await client.call('INFO', 'all').catch(() => undefined);
  const info = parseInfo(typeof text === 'string' ? text : '');
  const number = (field: string) => info.number(field) ?? 0;
  const count = (field: string) => Number(/count=(\d+)/.exec(info.text(field) ?? '')?.[1] ?? 0);
  const replica = info.text('role') === 'slave';
  return {
    ...head,
    reachable: typeof text === 'string',
    role: replica ? 'replica' : 'primary',
    usedMemory: number('used_memory'),
    maxMemory: number('maxmemory'),
    opsPerSecond: number('instantaneous_ops_per_sec'),
    keys: Number(/keys=(\d+)/.exec(info.text('db0') ?? '')?.[1] ?? 0),
    link: replica
      ? {
          up: info.text('master_link_status') === 'up',
          primary: `${info.text('master_host')}:${info.text('master_port')}`,
          downSeconds: number('master_link_down_since_seconds'),
        }
      : null,
    save: {
      ok: info.text('rdb_last_bgsave_status') !== 'err',
      ageSeconds: Math.max(0, Math.round(Date.now() / 1000 - number('rdb_last_save_time'))),
    },
    errors: { oom: count('errorstat_OOM'), misconf: count('errorstat_MISCONF') },
  };
}
