import { parseInfo } from '../../src/domain/info.ts';
import type { Breakage } from './incident.ts';
import type { Servers } from './servers.ts';

/** A wrong address: the second replica is told to follow a port that nobody listens on. */
export function cutReplication({ primary, replicas: [, victim], deadPort }: Servers): Breakage {
  return {
    id: 'replication',
    target: 'prod-cache',
    title: 'Replication break',
    how: `REPLICAOF with a wrong port on replica 2: its link goes down and its data grows old.`,
    async break() {
      await victim.client.replicaof('127.0.0.1', deadPort);
    },
    async broken() {
      const info = parseInfo(await victim.client.info('replication'));
      return info.number('master_port') !== primary.server.port;
    },
    async heal() {
      await victim.client.replicaof(primary.server.host, primary.server.port);
    },
    stop: () => undefined,
  };
}
