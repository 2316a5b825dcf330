import type { RedisServer } from '../../demo/redis-server.ts';
import type { ParameterValues } from '../../src/domain/parameter.ts';
import type { Run } from '../../src/domain/run.ts';
import type { Address, HostAccess, Target } from '../../src/domain/target.ts';
import type { Works } from '../../src/flow/backup/works.ts';
import type { Lab } from '../lab/lab.ts';

/** One without `pid` is waited for by who revives it. */
export type Mortal = Pick<RedisServer, 'host' | 'port' | 'kill'> & Partial<Pick<RedisServer, 'pid'>>;

/** A server of a deployment that comes back after it was killed, as its supervisor would have it. */
export interface Revivable<Server extends Mortal = RedisServer> {
  server: Server;
  revive: () => Promise<Server>;
  /** What its configuration says it is when it comes back. */
  returnsAs: 'primary' | 'replica';
}

export interface Deployment {
  seeds: readonly Address[];
  /** The server that the plan is about. */
  about: Address;
  /** Those that may be killed. */
  members: readonly Revivable<Mortal>[];
  /** Where the application finds what it writes to. */
  writesTo: readonly Address[];
  /** A server that is dead, and that somebody may start again at any moment. */
  dead?: Revivable;
  /** How its machine is reached, where something is done on that. */
  host?: HostAccess;
  /** What must not be with its data when it is over. */
  amiss?: (run: Run) => Promise<string[]>;
}

/** A destructive playbook and the deployment that it is carried out on while things die. */
export interface ChaosCase {
  playbook: string;
  name: string;
  target?: Partial<Target>;
  values?: ParameterValues;
  arrange: (lab: Lab, works: Works) => Promise<Deployment>;
  /** What was acknowledged may be lost, as the plan says. */
  loses?: true;
  /** What it repairs: two servers that take writes, or none. One when absent. */
  primariesAtFirst?: 2 | 0;
  /** A trial takes long: only few of them are made, unless all are asked for. */
  long?: true;
}

/** Starts a server that can be revived: its data is in the append-only file. */
export async function lasting(lab: Lab, args: readonly string[] = [], replicaOf?: Address): Promise<Revivable> {
  const words = ['--appendonly', 'yes', '--appendfsync', 'always', ...args];
  const follows = replicaOf && { replicaOf: { host: replicaOf.host, port: replicaOf.port } };
  const server = await lab.start(words, { ...follows });
  if (replicaOf) await lab.until(server, 'master_link_status', 'up');
  const revive = () => lab.start(words, { ...follows, port: server.port, dir: server.dir });
  return { server, revive, returnsAs: replicaOf ? 'replica' : 'primary' };
}

/** A primary with so many replicas, each of which has acknowledged it. */
export async function lastingGroup(lab: Lab, replicas: number): Promise<Revivable[]> {
  const primary = await lasting(lab);
  const others: Revivable[] = [];
  for (let at = 0; at < replicas; at += 1) others.push(await lasting(lab, [], primary.server));
  await primary.server.send('SET', 'a', '1');
  for (const [at] of others.entries()) await lab.until(primary.server, `slave${at}`, (row) => /offset=[1-9]/.test(row));
  return [primary, ...others];
}
