import type { Command, Reply } from '../../domain/command.ts';
import { ReplyError } from '../../domain/command.ts';
import type { RehearsedClients, RehearsedServer } from '../../domain/rehearsal.ts';
import { type Address, nodeName, type Target } from '../../domain/target.ts';
import type { Opened, Servers, Writer } from '../ports.ts';

/** A server of our own that was started for a rehearsal and ends with it. */
export interface StageServer extends Address {
  /** As the rehearsal names it. */
  name: string;
  dir: string;
  asked: RehearsedServer;
}

/** Starts the servers of a rehearsal. */
export type OpenStage = (servers: readonly RehearsedServer[]) => Promise<Stage>;

export interface Stage {
  /** `redis@7.0.15`. */
  engine: string;
  servers: readonly StageServer[];
  /** Has clients of a server connect and work until the stage is closed. */
  connect(server: StageServer, clients: RehearsedClients): Promise<void>;
  close(): Promise<void>;
}

/** Servers that can be reached on a stage: no other address is connected to, whatever a plan or a server names. */
export function onlyOn(stage: Stage, servers: Servers): Servers {
  const own = new Set(stage.servers.map(nodeName));
  const ifOwn = async <S>(address: Address, open: () => Promise<Opened<S>>): Promise<Opened<S>> =>
    own.has(nodeName(address))
      ? open()
      : { kind: 'refused', cause: 'unreachable', detail: 'a rehearsal speaks only to the servers that it started' };
  return {
    read: (address, ...how) => ifOwn(address, () => servers.read(address, ...how)),
    readKeys: (address, ...how) => ifOwn(address, () => servers.readKeys(address, ...how)),
    inspect: (address, ...how) => ifOwn(address, () => servers.inspect(address, ...how)),
    carry: (address, ...how) => ifOwn(address, () => servers.carry(address, ...how)),
    write: (address, ...how) => ifOwn(address, () => servers.write(address, ...how)),
  };
}

/** A connection for bringing a server of the stage into a state. */
export async function handOn(servers: Servers, server: StageServer, target: Target): Promise<Hand> {
  const opened = await servers.write(server, target);
  if (opened.kind === 'refused') throw new Error(`${server.name} cannot be reached: ${opened.detail}`);
  return new Hand(server.name, opened.session);
}

export class Hand {
  readonly #name: string;
  readonly #writer: Writer;

  constructor(name: string, writer: Writer) {
    this.#name = name;
    this.#writer = writer;
  }

  /** The reply; an error reply is a value. */
  async send(command: Command): Promise<Reply> {
    const sent = await this.#writer.send(command);
    if (sent.kind === 'answered') return sent.reply;
    throw new Error(`${this.#name}: ${command[0]} was not answered: ${sent.why}`);
  }

  /** The reply; an error reply is a mistake of the rehearsal. */
  async must(command: Command): Promise<Reply> {
    const reply = await this.send(command);
    if (reply instanceof ReplyError) throw new RehearsalFailed(`${this.#name}: ${command.join(' ')}: ${reply.message}`);
    return reply;
  }

  close(): void {
    this.#writer.close();
  }
}

/** What was expected did not come; the sentence is for the person who wrote the rehearsal. */
export class RehearsalFailed extends Error {}
