import { type Command, type Reply, ReplyError } from '../../domain/command.ts';
import { ConnectionLost } from '../../domain/connection-lost.ts';
import type { Address, Credentials, Tls } from '../../domain/target.ts';
import type { Carrier, CarryCommand, Flow, Opened } from '../../flow/ports.ts';
import { authDetail, greet } from '../greeting.ts';
import { Answers, NoAnswer } from './answers.ts';
import { Link, LinkLost } from './link.ts';

const CONNECT_MS = 1500;
/** A large value is taken in for as long as that takes. */
const SILENT_MS = 60_000;
/** Smaller pieces go out as one. */
const PIECE_BYTES = 64 * 1024;

export interface Access {
  address: Address;
  tls: Tls | undefined;
  credentials: Credentials;
  /** As which the server shows it. */
  name: string;
}

/** A connection over which keys go, byte for byte, also those that are too large to be held. Its owner says what may be sent. */
export async function openCarrier(access: Access): Promise<Opened<Carrier>> {
  const { address, tls, credentials } = access;
  const greeting = await greet(address, tls, CONNECT_MS);
  if (greeting.kind === 'refused') return greeting;
  const { username, password } = credentials;
  const anonymous = username === undefined && password === undefined;
  if (greeting.wantsAuth && anonymous) {
    return refused('auth-required', 'it asks for a password and none is set for this target');
  }
  const link = await Link.open(address, tls, { connectMs: CONNECT_MS, silentMs: SILENT_MS }).catch((error: unknown) => {
    if (error instanceof LinkLost) return error;
    throw error;
  });
  if (link instanceof LinkLost) return refused('unreachable', link.message);
  const carrier = carrierOver(link);
  try {
    const words: Command = ['AUTH', ...(username === undefined ? [] : [username]), password ?? ''];
    // Never in one go with what follows: some versions then never answer what comes after a refused login.
    const [admitted] = anonymous ? ['OK'] : (await carrier.send([words])).replies;
    if (admitted instanceof ReplyError) {
      carrier.close();
      return refused('auth-refused', authDetail(admitted.message, username));
    }
    await carrier.send([['CLIENT', 'SETNAME', access.name]]);
    return { kind: 'open', session: carrier };
  } catch (error) {
    carrier.close();
    if (error instanceof ConnectionLost) return refused(error.how, error.message);
    throw error;
  }
}

function refused(cause: Extract<Opened<Carrier>, { kind: 'refused' }>['cause'], detail: string): Opened<Carrier> {
  return { kind: 'refused', cause, detail };
}

function carrierOver(link: Link): Carrier {
  const answers = new Answers();

  async function read(count: number): Promise<Reply[]> {
    const replies: Reply[] = [];
    while (replies.length < count) {
      const piece = await link.next();
      if (!piece) throw new LinkLost('the server closed the connection');
      replies.push(...answers.push(piece));
    }
    return replies;
  }

  return {
    async send(commands) {
      const began = performance.now();
      let broken: unknown;
      const writing = write(link, commands).catch((error: unknown) => {
        broken = error;
        // A command that is not whole is none to the server.
        if (!(error instanceof LinkLost)) link.close();
      });
      try {
        const replies = await read(commands.length);
        await writing;
        return { replies, tookMs: performance.now() - began };
      } catch (error) {
        link.close();
        await writing;
        // The value could not be had, or was called off.
        if (broken !== undefined && !(broken instanceof LinkLost)) throw broken;
        throw lost(error);
      }
    },
    close: () => link.close(),
  };
}

function lost(error: unknown): unknown {
  if (error instanceof NoAnswer) return new ConnectionLost('not-a-redis-server', error.message);
  return error instanceof LinkLost ? new ConnectionLost('unreachable', error.message) : error;
}

/** Writes commands one after the other; small pieces are gathered first. */
async function write(link: Link, commands: readonly CarryCommand[]): Promise<void> {
  let gathered: Buffer[] = [];
  let size = 0;
  const flush = async () => {
    const all = Buffer.concat(gathered);
    gathered = [];
    size = 0;
    if (all.length > 0) await link.write(all);
  };
  const add = async (bytes: Buffer) => {
    if (bytes.length >= PIECE_BYTES) {
      await flush();
      return link.write(bytes);
    }
    gathered.push(bytes);
    size += bytes.length;
    if (size >= PIECE_BYTES) await flush();
  };
  for (const command of commands) {
    await add(Buffer.from(`*${command.length}\r\n`));
    for (const word of command) {
      const bytes = typeof word === 'string' ? Buffer.from(word, 'latin1') : word;
      await add(Buffer.from(`$${bytes.length}\r\n`));
      if (bytes instanceof Uint8Array) await add(inPlace(bytes));
      else for await (const part of whole(bytes)) await add(inPlace(part));
      await add(Buffer.from('\r\n'));
    }
  }
  await flush();
}

/** The server counts on the length that it was told. */
async function* whole(flow: Flow): AsyncGenerator<Uint8Array> {
  const { length } = flow;
  let sent = 0;
  for await (const part of flow.bytes()) {
    sent += part.length;
    if (sent > length) break;
    yield part;
  }
  if (sent !== length) throw new Error(`a value has not the ${length} bytes that were announced`);
}

function inPlace(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
