import type { RedisServer } from '../../demo/redis-server.ts';
import type { Lab } from '../lab/lab.ts';
import { type Cuttable, startCuttable } from '../support/cuttable.ts';

/** A primary whose replica reaches it over a network that can fail. */
export async function overANetwork(
  lab: Lab,
): Promise<{ primary: RedisServer; replica: RedisServer; network: Cuttable }> {
  const primary = await lab.start(['--repl-backlog-size', '64mb']);
  const network = await startCuttable(primary);
  lab.atEnd(() => network.stop());
  const replica = await lab.replica(network, ['--repl-timeout', '3600', '--repl-backlog-size', '64mb']);
  await primary.send('SET', 'a', '1');
  await lab.until(primary, 'slave0', (row) => /offset=[1-9]/.test(row));
  return { primary, replica, network };
}

/** A primary with two replicas that have acknowledged it. */
export async function startGroup(lab: Lab, args: readonly string[] = []): Promise<RedisServer[]> {
  const primary = await lab.start(args);
  const replicas = await Promise.all([lab.replica(primary), lab.replica(primary)]);
  await primary.send('SET', 'a', '1');
  for (const slave of ['slave0', 'slave1']) await lab.until(primary, slave, (row) => /offset=[1-9]/.test(row));
  return [primary, ...replicas];
}

/** The disk of the first server of the lab, which was full, takes its append-only file again. */
export async function repairDisk(lab: Lab): Promise<void> {
  const [server] = lab.servers;
  if (!server) throw new Error('no server');
  await server.send('CONFIG', 'SET', 'appendonly', 'no');
  await server.send('CONFIG', 'SET', 'appendonly', 'yes');
  await lab.until(server, 'aof_rewrite_in_progress', '0');
  await lab.until(server, 'aof_last_write_status', 'ok');
}
