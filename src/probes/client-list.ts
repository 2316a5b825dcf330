import { defineProbe, textReply } from '../domain/probe.ts';

export interface Client {
  id: number;
  addr: string;
  name: string;
  user: string;
  /** Seconds connected. */
  age: number;
  /** Seconds since the last command. */
  idle: number;
  /** N normal, S replica, M link to our primary, P pub/sub, O MONITOR, b blocked … */
  flags: string;
  /** Output buffer memory, bytes. */
  omem: number;
  /** What it has sent and is not executed yet, bytes: query buffer, arguments of an unfinished command, queued MULTI. */
  unexecuted: number;
  /** Everything the connection holds, bytes; undefined before 6.2. */
  totalMemory: number | undefined;
  /** Last command in lower case. */
  cmd: string;
  /** The client library, as it named itself; undefined before 7.2. */
  library: string | undefined;
  /** Commands and bytes of replies since it connected; undefined on Redis and before Valkey 8.0. */
  commands: number | undefined;
  netOut: number | undefined;
}

/** The listing costs the server about 1 ms per 1,000 connections; above this many we do not ask. */
const TOO_MANY = 5000;

export default defineProbe({
  sampled: 'once',
  allows: [['CLIENT', 'LIST']],
  fields: {},
  commands: (_server, info) => {
    const connected = info.number('connected_clients') ?? 0;
    return connected > TOO_MANY
      ? `${connected} clients: CLIENT LIST would hold the server up, so it is not asked above ${TOO_MANY}`
      : [['CLIENT', 'LIST']];
  },
  read: ([reply]) => clientsIn(textReply(reply)),
});

/** Neither a server, nor a Sentinel, nor redis-medic. */
export function isApplication({ flags, name }: Client): boolean {
  return !/[MS]/.test(flags) && !/^(sentinel-[0-9a-f]+-|redis-medic)/.test(name);
}

/** The clients of a CLIENT LIST reply. */
export function clientsIn(list: string): Client[] {
  return list.split('\n').filter(Boolean).map(readClient);
}

function readClient(line: string): Client {
  const fields = new Map(
    line.split(' ').map((word) => {
      const at = word.indexOf('=');
      return [word.slice(0, at), word.slice(at + 1)] as const;
    }),
  );
  const number = (name: string) => Number(fields.get(name) ?? 0);
  const maybe = (name: string) => (fields.has(name) ? number(name) : undefined);
  return {
    id: number('id'),
    addr: fields.get('addr') ?? '',
    name: fields.get('name') ?? '',
    user: fields.get('user') ?? '',
    age: number('age'),
    idle: number('idle'),
    flags: fields.get('flags') ?? '',
    omem: number('omem'),
    unexecuted: number('qbuf') + number('argv-mem') + number('multi-mem'),
    totalMemory: maybe('tot-mem'),
    cmd: (fields.get('cmd') ?? '').toLowerCase(),
    library: fields.get('lib-name'),
    commands: maybe('tot-cmds'),
    netOut: maybe('tot-net-out'),
  };
}
