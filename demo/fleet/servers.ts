import { Redis } from 'ioredis';
import { freePort, type RedisServer, startRedis } from '../redis-server.ts';

const MIB = 1024 * 1024;
/** Small, so that it fills in seconds. */
export const CACHE_MAXMEMORY = 64 * MIB;
const ORDERS_MAXMEMORY = 128 * MIB;

const COMMON = ['--repl-diskless-sync-delay', '0', '--repl-backlog-size', '4mb', '--latency-monitor-threshold', '100'];
const CACHE = [
  ...COMMON,
  '--maxmemory',
  String(CACHE_MAXMEMORY),
  '--maxmemory-policy',
  'noeviction',
  '--save',
  '3600 1',
];
const ORDERS = [
  ...COMMON,
  '--maxmemory',
  String(ORDERS_MAXMEMORY),
  '--maxmemory-policy',
  'noeviction',
  '--save',
  '60 100',
];

/** One real server with a connection that stays open. */
export interface Member {
  /** What people call it: `primary`, `replica 1`. */
  name: string;
  target: 'prod-cache' | 'prod-orders';
  server: RedisServer;
  client: Redis;
}

export interface Servers {
  primary: Member;
  replicas: readonly [Member, Member];
  orders: Member;
  all: readonly Member[];
  /** A port that nothing listens on: a wrong address. */
  deadPort: number;
  stop(): Promise<void>;
}

/** `prod-cache`: a primary with two replicas; `prod-orders`: a store of its own. All on loopback ports. */
export async function startServers(): Promise<Servers> {
  const started: Member[] = [];
  const start = async (target: Member['target'], name: string, options: Parameters<typeof startRedis>[0]) => {
    const server = await startRedis(options);
    const member = { name, target, server, client: connect(server) };
    started.push(member);
    return member;
  };
  const stop = async () => {
    for (const { client } of started) client.disconnect();
    await Promise.all(started.map(({ server }) => server.stop()));
  };
  try {
    const [primary, orders] = await Promise.all([
      start('prod-cache', 'primary', { args: CACHE }),
      start('prod-orders', 'store', { args: ORDERS }),
    ]);
    const replicaOf = { host: primary.server.host, port: primary.server.port };
    const replicas = await Promise.all([
      start('prod-cache', 'replica 1', { args: CACHE, replicaOf }),
      start('prod-cache', 'replica 2', { args: CACHE, replicaOf }),
    ]);
    return { primary, replicas, orders, all: [primary, ...replicas, orders], deadPort: await freePort(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function connect({ host, port }: RedisServer): Redis {
  const client = new Redis({
    host,
    port,
    protocol: 2,
    commandTimeout: 2000,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    disableClientInfo: true,
    connectionName: 'demo-application',
    retryStrategy: () => 500,
  });
  // A server that is away shows in the readings.
  client.on('error', () => undefined);
  return client;
}
