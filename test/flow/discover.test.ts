import { describe, expect, test } from 'vitest';
import { type Reply, ReplyError } from '../../src/domain/command.ts';
import type { Address, Target } from '../../src/domain/target.ts';
import { nodeName, parseNodeName, reachableAt } from '../../src/domain/target.ts';
import { discover } from '../../src/flow/discover.ts';
import type { Servers } from '../../src/flow/ports.ts';
import { plainTarget } from '../support/target.ts';

const id = (letter: string) => letter.repeat(40);

/** A line of CLUSTER NODES; `follows` makes it a replica. */
function line(letter: string, endpoint: string, { flags = '', follows = '', slots = '' } = {}): string {
  const role = follows === '' ? 'master' : 'slave';
  return `${id(letter)} ${endpoint}@1 ${flags}${role} ${follows === '' ? '-' : id(follows)} 0 5 1 connected ${slots}`.trim();
}

interface Sketch {
  /** Lines of CLUSTER NODES; an error reply where it may not be asked. */
  nodes?: readonly string[] | ReplyError;
  info?: string;
}

/** Servers by the address that really leads to them. */
function world(sketches: Readonly<Record<string, Sketch>>) {
  const asked: string[] = [];
  const open = new Set<string>();
  const servers: Pick<Servers, 'read'> = {
    async read(address: Address, target: Target) {
      const way = nodeName(reachableAt(target, address));
      asked.push(way);
      const sketch = sketches[way];
      if (!sketch) return { kind: 'refused', cause: 'unreachable', detail: `connect ECONNREFUSED ${way}` };
      const session = `${way} ${asked.length}`;
      open.add(session);
      return {
        kind: 'open',
        session: {
          ask: async (commands) => commands.map((command) => reply(way, sketch, command.join(' '))),
          isOpen: () => open.has(session),
          close: () => void open.delete(session),
        },
      };
    },
  };
  return {
    asked,
    open,
    find: async (seeds: readonly string[], more: Partial<Target> = {}) => {
      const target = plainTarget({ seeds: seeds.map(parseNodeName), ...more });
      const found = await discover(servers as Servers, target);
      const rows = found.servers.map(({ name, kind }) => {
        const seat = found.seats.get(name);
        const place = seat ? ` ${seat.id[0]} of ${seat.shard[0]}` : '';
        return `${name}${kind === 'unread' ? ' unread' : ''}${place}`;
      });
      return { ...found, rows: rows.sort() };
    },
  };
}

function reply(way: string, { nodes, info = '' }: Sketch, command: string): Reply {
  if (command === 'INFO everything') {
    return `redis_version:7.0.15\r\nredis_mode:${nodes ? 'cluster' : 'standalone'}\r\nrun_id:${way}\r\n${info}`;
  }
  if (command !== 'CLUSTER NODES') return new ReplyError(`ERR ${command}`);
  return nodes === undefined || nodes instanceof ReplyError ? (nodes ?? null) : `${nodes.join('\n')}\n`;
}

/** A primary `a` with its replica `c`, and a primary `b`, on three hosts; each marks its own line. */
const LINES = {
  a: line('a', '10.0.0.1:6379', { slots: '0-8191' }),
  b: line('b', '10.0.0.2:6379', { slots: '8192-16383' }),
  c: line('c', '10.0.0.3:6379', { follows: 'a' }),
};
const HOSTS = { a: '10.0.0.1:6379', b: '10.0.0.2:6379', c: '10.0.0.3:6379' };

function viewOf(me: keyof typeof LINES, lines: readonly string[] = Object.values(LINES)): string[] {
  return lines.map((each) => (each.startsWith(id(me)) ? each.replace(/ (master|slave)/, ' myself,$1') : each));
}

const CLUSTER = Object.fromEntries((['a', 'b', 'c'] as const).map((me) => [HOSTS[me], { nodes: viewOf(me) }]));
const WHOLE = ['10.0.0.1:6379 a of a', '10.0.0.2:6379 b of b', '10.0.0.3:6379 c of a'];

describe('a cluster', () => {
  test.each(['10.0.0.1:6379', '10.0.0.2:6379', '10.0.0.3:6379'])(
    'is found whole from %s, each node once',
    async (seed) => {
      const { find, asked, open } = world(CLUSTER);
      const { rows, seats } = await find([seed]);
      expect(rows).toEqual(WHOLE);
      expect(asked).toHaveLength(3);
      expect(open.size).toBe(3);
      expect(seats.get('10.0.0.3:6379')).toMatchObject({ role: 'replica', slots: [{ from: 0, to: 8191 }] });
    },
  );

  test('is found through the seeds that live, and a dead one has its seat', async () => {
    const { '10.0.0.2:6379': _dead, ...alive } = CLUSTER;
    const { rows } = await world(alive).find(['10.0.0.9:6379', '10.0.0.2:6379', '10.0.0.3:6379']);
    expect(rows).toEqual([
      '10.0.0.1:6379 a of a',
      '10.0.0.2:6379 unread b of b',
      '10.0.0.3:6379 c of a',
      '10.0.0.9:6379 unread',
    ]);
  });

  test('has the members that only some of its nodes know, and none that are not met yet or have no address', async () => {
    const more = [...Object.values(LINES), line('d', '10.0.0.4:6379')];
    const odd = [line('e', '10.0.0.5:6379', { flags: 'handshake,' }), line('f', ':0', { flags: 'fail,noaddr,' })];
    const { find, asked } = world({
      ...CLUSTER,
      '10.0.0.3:6379': { nodes: [...viewOf('c', more), ...odd] },
      '10.0.0.4:6379': { nodes: more.map((each) => each.replace(`${id('d')} 10.0.0.4:6379@1 `, '$&myself,')) },
    });
    const { rows } = await find(['10.0.0.1:6379']);
    expect(rows).toEqual([...WHOLE, '10.0.0.4:6379 d of d']);
    expect(asked).not.toContain('10.0.0.5:6379');
  });

  test('whose node may not be asked for its view is as much as INFO tells', async () => {
    const denied = { nodes: new ReplyError('NOPERM'), info: 'role:slave\r\nmaster_host:10.0.0.1\r\nmaster_port:6379' };
    expect((await world({ ...CLUSTER, '10.0.0.3:6379': denied }).find(['10.0.0.3:6379'])).rows).toEqual(WHOLE);
    const alone = await world({ '10.0.0.3:6379': denied }).find(['10.0.0.3:6379']);
    expect(alone.rows).toEqual(['10.0.0.1:6379 unread', '10.0.0.3:6379']);
  });

  test('is not followed into another one that has taken over an address', async () => {
    const stranger = { nodes: [line('d', '10.0.0.2:6379', { flags: 'myself,' }), line('e', '10.9.9.9:6379')] };
    const { rows } = await world({ ...CLUSTER, '10.0.0.2:6379': stranger }).find(['10.0.0.1:6379']);
    expect(rows).toEqual(['10.0.0.1:6379 a of a', '10.0.0.2:6379 d of d', '10.0.0.3:6379 c of a']);
  });
});

describe('the name of a cluster node', () => {
  test('is what it announces, though it was reached through another address', async () => {
    const alias = { ...CLUSTER['10.0.0.2:6379'], info: 'run_id:10.0.0.2:6379' };
    const { find, open } = world({ ...CLUSTER, 'any.example:6379': alias });
    const { rows, servers } = await find(['any.example:6379']);
    expect(rows).toEqual(WHOLE);
    expect(servers.find(({ name }) => name === '10.0.0.2:6379')).toMatchObject({
      origin: 'seed',
      aliases: [{ host: 'any.example', port: 6379 }],
    });
    expect(open.size).toBe(3);
  });

  test('is the seed where the announced address leads nowhere, and the node is told once', async () => {
    const tunnelled = { 'localhost:7001': CLUSTER['10.0.0.1:6379'] ?? {} };
    const { rows, seats } = await world(tunnelled).find(['localhost:7001']);
    expect(rows).toEqual(['10.0.0.2:6379 unread b of b', '10.0.0.3:6379 unread c of a', 'localhost:7001 a of a']);
    expect(seats.get('localhost:7001')?.announced).toEqual({
      address: { host: '10.0.0.1', port: 6379 },
      detail: 'connect ECONNREFUSED 10.0.0.1:6379',
    });
    const two = { ...tunnelled, 'localhost:7002': CLUSTER['10.0.0.2:6379'] ?? {} };
    expect((await world(two).find(['localhost:7001', 'localhost:7002'])).rows).toEqual([
      '10.0.0.3:6379 unread c of a',
      'localhost:7001 a of a',
      'localhost:7002 b of b',
    ]);
  });

  test('is what it announces where addresses of the target lead to it, without a second connection', async () => {
    const tunnels = {
      'localhost:7001': CLUSTER['10.0.0.1:6379'] ?? {},
      'localhost:7002': CLUSTER['10.0.0.2:6379'] ?? {},
      'bastion:6379': CLUSTER['10.0.0.3:6379'] ?? {},
    };
    const addresses = [
      { announced: { host: '10.0.0.1', port: 6379 }, reachable: { host: 'localhost', port: 7001 } },
      { announced: { host: '10.0.0.2', port: 6379 }, reachable: { host: 'localhost', port: 7002 } },
      { announced: { host: '10.0.0.3' }, reachable: { host: 'bastion' } },
    ];
    const { find, asked } = world(tunnels);
    expect((await find(['localhost:7001'], { addresses })).rows).toEqual(WHOLE);
    expect(asked.sort()).toEqual(['bastion:6379', 'localhost:7001', 'localhost:7002']);
    const { servers } = await world({ 'localhost:7001': CLUSTER['10.0.0.1:6379'] ?? {} }).find(['localhost:7001'], {
      addresses,
    });
    expect(servers.find(({ name }) => name === '10.0.0.2:6379')).toMatchObject({
      detail: 'connect ECONNREFUSED localhost:7002 (by way of localhost:7002, as addresses of the target say)',
    });
  });

  test('has the host that was given, where the cluster calls all of its nodes 127.0.0.1', async () => {
    const lines = [line('a', '127.0.0.1:7001', { slots: '0-16383' }), line('c', '127.0.0.1:7002', { follows: 'a' })];
    const view = (me: string) =>
      lines.map((each) => (each.startsWith(id(me)) ? each.replace('@1 ', '@1 myself,') : each));
    const { rows } = await world({ 'devbox:7001': { nodes: view('a') }, 'devbox:7002': { nodes: view('c') } }).find([
      'devbox:7002',
    ]);
    expect(rows).toEqual(['devbox:7001 a of a', 'devbox:7002 c of a']);
  });

  test('is its host name over TLS, and where that is mapped', async () => {
    const named = (me: 'a' | 'b' | 'c') =>
      viewOf(me).map((each) => each.replace(/10\.0\.0\.(\d):6379@1/, '$&,n$1.example'));
    const servers = Object.fromEntries(
      (['a', 'b', 'c'] as const).map((me, at) => [`n${at + 1}.example:6379`, { nodes: named(me) }]),
    );
    const names = ['n1.example:6379 a of a', 'n2.example:6379 b of b', 'n3.example:6379 c of a'];
    expect((await world(servers).find(['n2.example:6379'], { tls: {} })).rows).toEqual(names);
    const [a, b, c] = Object.values(servers);
    const behind = { '10.0.0.1:6379': a ?? {}, 'bastion:6379': b ?? {}, '10.0.0.3:6379': c ?? {} };
    const addresses = [{ announced: { host: 'n2.example' }, reachable: { host: 'bastion' } }];
    const { rows } = await world(behind).find(['n2.example:6379'], { addresses });
    expect(rows).toEqual(['10.0.0.1:6379 a of a', '10.0.0.3:6379 c of a', 'n2.example:6379 b of b']);
  });
});

test('servers that are in no cluster are followed along their links', async () => {
  const { rows, seats } = await world({
    '10.0.0.1:6379': { info: 'role:master\r\nslave0:ip=10.0.0.2,port=6379,state=online' },
    '10.0.0.2:6379': { info: 'role:slave\r\nmaster_host:10.0.0.1\r\nmaster_port:6379' },
  }).find(['10.0.0.2:6379']);
  expect(rows).toEqual(['10.0.0.1:6379', '10.0.0.2:6379']);
  expect(seats.size).toBe(0);
});
