import type { RehearsedClients, RehearsedServer } from '../../domain/rehearsal.ts';
import type { Stage, StageServer } from '../../flow/rehearse/stage.ts';
import { type Crowd, gather } from './crowd.ts';
import type { Program } from './program.ts';
import { type ScratchServer, startServer } from './server.ts';

/** Starts the servers of a rehearsal on loopback ports of their own; they end with `close`, or with this process. */
export async function openStage(program: Program, rehearsed: readonly RehearsedServer[]): Promise<Stage> {
  const started: ScratchServer[] = [];
  const servers: StageServer[] = [];
  const crowds: Crowd[] = [];
  const close = async () => {
    for (const crowd of crowds) crowd.leave();
    await Promise.all(started.map((server) => server.stop()));
  };
  const connect = async (server: StageServer, clients: RehearsedClients) => {
    crowds.push(await gather(server, clients));
  };
  try {
    for (const [at, asked] of rehearsed.entries()) {
      const name = asked.name ?? `server-${at + 1}`;
      const of = asked.replica_of === undefined ? undefined : primaryOf(asked.replica_of, servers);
      const args = Object.entries(asked.config).flatMap(([parameter, value]) => [`--${parameter}`, value]);
      const server = await startServer({ binary: program, args, configFile: true, ...(of && { replicaOf: of }) });
      started.push(server);
      servers.push({ name, host: server.host, port: server.port, dir: server.dir, asked });
    }
    return { engine: `${program.engine}@${program.version}`, servers, connect, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function primaryOf(name: string, servers: readonly StageServer[]): StageServer | undefined {
  return name === 'first' ? servers[0] : servers.find((server) => server.name === name);
}
