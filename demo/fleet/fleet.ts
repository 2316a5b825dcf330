import { Application } from './application.ts';
import { blockPersistence } from './block-persistence.ts';
import { cutReplication } from './cut-replication.ts';
import { fillMemory } from './fill-memory.ts';
import { type Gauge, readGauge } from './gauges.ts';
import type { Breakage } from './incident.ts';
import { type Servers, startServers } from './servers.ts';

const LOOK_MS = 1000;
const CACHE_WRITES_A_SECOND = 40;
const ORDERS_WRITES_A_SECOND = 20;

/** The fleet at one moment. */
export interface Sight {
  at: number;
  gauges: Gauge[];
  /** By target. */
  writes: Record<Gauge['target'], ReturnType<Application['lastSecond']>>;
  breakages: (ReturnType<typeof shown> & { broken: boolean })[];
}

export interface Fleet {
  servers: Servers;
  /** Called once a second; the answer stops it. */
  onSight(listener: (sight: Sight) => void): () => void;
  look(): Promise<Sight>;
  break(id: string): Promise<void>;
  heal(id: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the servers, an application that uses them, and the watch over both. */
export async function startFleet(): Promise<Fleet> {
  const servers = await startServers();
  const breakages = [fillMemory(servers), cutReplication(servers), blockPersistence(servers)];
  const applications = {
    'prod-cache': new Application(servers.primary, CACHE_WRITES_A_SECOND),
    'prod-orders': new Application(servers.orders, ORDERS_WRITES_A_SECOND),
  };
  const listeners = new Set<(sight: Sight) => void>();
  const find = (id: string) => {
    const found = breakages.find((one) => one.id === id);
    if (!found) throw new Error(`there is no incident ${id}`);
    return found;
  };

  async function look(): Promise<Sight> {
    return {
      at: Date.now(),
      gauges: await Promise.all(servers.all.map(readGauge)),
      writes: {
        'prod-cache': applications['prod-cache'].lastSecond(),
        'prod-orders': applications['prod-orders'].lastSecond(),
      },
      breakages: await Promise.all(
        breakages.map(async (one) => ({ ...shown(one), broken: await one.broken().catch(() => false) })),
      ),
    };
  }
  const watch = async () => {
    const sight = await look();
    for (const listener of listeners) listener(sight);
  };
  const timer = setInterval(() => void watch(), LOOK_MS);

  return {
    servers,
    onSight(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    look,
    break: async (id) => find(id).break(),
    heal: async (id) => find(id).heal(),
    async stop() {
      clearInterval(timer);
      for (const one of [...breakages, ...Object.values(applications)]) one.stop();
      await servers.stop();
    },
  };
}

function shown({ id, target, title, how }: Breakage): Pick<Breakage, 'id' | 'target' | 'title' | 'how'> {
  return { id, target, title, how };
}
