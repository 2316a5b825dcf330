import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  Client,
  type ClientChannel,
  type ParsedKey,
  type PublicKeyAuthMethod,
  type ServerHostKeyAlgorithm,
  utils,
} from 'ssh2';
import { type Command, ReplyError } from '../../domain/command.ts';
import { printable } from '../../domain/printable.ts';
import { type HostAccess, nodeName } from '../../domain/target.ts';
import { type HostKey, sameKey, trustedKeys } from './host-keys.ts';
import { KEEPALIVE_MS, LONGEST, OPEN_MS } from './limits.ts';
import { late } from './refusal.ts';
import { answersIn, scriptFor } from './script.ts';

/** One login on a host. */
export interface SshLogin {
  /** Asks one question after the other in one shell; what does not come in time is late, the rest stands. */
  ask(questions: readonly Command[], ms: number): Promise<(string | ReplyError)[]>;
  /** Runs one command line to its end; with `input`, which it reads, the time counts from the last piece on. */
  run(line: string, ms: number, input?: AsyncIterable<Uint8Array>): Promise<Ran>;
  close(): void;
}

/** A passphrase is made slow to try, and while it is worked on nothing else of this process goes on: once a key is enough. */
const usableKeys = new Map<string, ParsedKey>();

const LOST = 'the connection to the host was lost';

type SshAccess = Extract<HostAccess, { kind: 'ssh' }>;

/** Logs in to a host that shows a key that we know; a string is the reason why not. */
export function logIn(access: SshAccess, host: string): Promise<SshLogin | string> {
  const { user: username, port } = access;
  const where = nodeName({ host, port });
  const keys = trustedKeys(access.trusted, host, port);
  if (keys.length === 0) {
    return Promise.resolve(`no host key of ${where} is known: add it to known_hosts (ssh-keyscan -p ${port} ${host})`);
  }
  const key = keyOf(access);
  if (key instanceof Error) return Promise.resolve(`the SSH key cannot be used: ${printable(key.message)}`);
  const proof: PublicKeyAuthMethod = { type: 'publickey', username, key };
  const { promise, resolve } = Promise.withResolvers<SshLogin | string>();
  const client = new Client();
  let stranger = false;
  const refuse = (reason: string) => {
    client.destroy();
    resolve(reason);
  };
  const timer = setTimeout(() => refuse(`${where} did not let us in within ${OPEN_MS / 1000} s`), OPEN_MS);
  void promise.then(() => clearTimeout(timer));
  client.on('ready', () => resolve(sessionOf(client)));
  client.on('close', () => resolve(`${where} closed the connection`));
  client.on('error', (error) => refuse(stranger ? mismatch(where) : failure(error, where, username)));
  try {
    client.connect({
      host,
      port,
      username,
      authHandler: [proof],
      readyTimeout: 0,
      // Also while a command runs for long and says nothing, a lost connection is noticed.
      keepaliveInterval: KEEPALIVE_MS,
      algorithms: { serverHostKey: algorithmsFor(keys) },
      hostVerifier: (shown: Buffer) => {
        const known = keys.some(({ blob }) => sameKey(blob, shown));
        stranger = !known;
        return known;
      },
    });
  } catch (error) {
    refuse(`the SSH key cannot be used: ${error instanceof Error ? printable(error.message) : ''}`);
  }
  return promise;
}

function keyOf({ key, passphrase }: SshAccess): ParsedKey | Error {
  const name = JSON.stringify([key, passphrase]);
  const known = usableKeys.get(name);
  if (known) return known;
  const parsed = utils.parseKey(key, passphrase);
  if (!(parsed instanceof Error)) usableKeys.set(name, parsed);
  return parsed;
}

/** Only keys that can be compared are asked for. An RSA key signs in two ways that are still good. */
function algorithmsFor(keys: readonly HostKey[]): ServerHostKeyAlgorithm[] {
  const types = keys.flatMap(({ type }) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type]));
  return [...new Set(types)] as ServerHostKeyAlgorithm[];
}

function mismatch(where: string): string {
  return `the host key of ${where} is not the one that is known: it was renewed, or somebody is in between`;
}

function failure(error: Error & { level?: string }, where: string, user: string): string {
  if (error.level === 'client-authentication') return `${where} refuses the SSH key of ${user}`;
  return `SSH to ${where} failed: ${printable(error.message)}`;
}

function sessionOf(client: Client): SshLogin {
  // What happens to the connection from now on shows in what is asked.
  client.on('error', () => undefined);
  let open = true;
  client.on('close', () => {
    open = false;
  });
  return {
    async ask(questions, ms) {
      if (ms <= 0) return questions.map(() => late(ms));
      if (!open) return questions.map(() => new ReplyError(LOST));
      const mark = randomBytes(16).toString('hex');
      const { output, errors, ended } = await run(client, scriptFor(questions, mark), {
        ms,
        longest: LONGEST * questions.length,
      });
      const missing = ended ?? late(ms);
      return answersIn(output, errors, questions, mark).map((answer) => answer ?? missing);
    },
    run: (line, ms, input) => run(client, line, { ms, longest: LONGEST * 64, ...(input && { input }) }),
    close: () => client.end(),
  };
}

export interface Ran {
  output: string;
  errors: string;
  /** Why nothing more came; undefined when the time was over. */
  ended: ReplyError | undefined;
  /** With what the command line ended; undefined when that was not told. */
  status: number | undefined;
  /** True when it certainly was not begun. */
  refused: boolean;
}

interface Running {
  ms: number;
  /** Bytes of the answer. */
  longest: number;
  input?: AsyncIterable<Uint8Array>;
}

/** Runs one command line; what came before it was cut off is kept. */
function run(client: Client, line: string, { ms, longest, input }: Running): Promise<Ran> {
  const { promise, resolve } = Promise.withResolvers<Ran>();
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  let length = 0;
  let channel: ClientChannel | undefined;
  let status: number | undefined;
  const end = (why?: string, refused = false) => {
    clearTimeout(timer);
    client.off('close', lost);
    const [said, complaints] = [output, errors].map((chunks) => Buffer.concat(chunks).toString('utf8'));
    const ended = why === undefined ? undefined : new ReplyError(why);
    resolve({ output: said ?? '', errors: complaints ?? '', ended, status, refused });
  };
  const stop = (why?: string) => {
    // Its whole group: what hangs must not outlive our question.
    channel?.signal('KILL');
    channel?.close();
    end(why);
  };
  const lost = () => end(LOST);
  const timer = setTimeout(stop, ms);
  client.once('close', lost);
  try {
    client.exec(line, (error, opened) => {
      if (error) return end(`the host starts no command: ${printable(error.message)}`, true);
      channel = opened;
      opened.on('data', (chunk: Buffer) => {
        output.push(chunk);
        length += chunk.length;
        if (length > longest) stop('the answer is too long');
      });
      opened.stderr.on('data', (chunk: Buffer) => {
        if (errors.length < 16) errors.push(chunk);
      });
      opened.on('exit', (code: number | null) => {
        status = code ?? undefined;
      });
      opened.on('close', () => end('the host broke off'));
      // Without input our side stays open, as no signal can be sent after its end.
      if (input) feed(opened, input, () => timer.refresh()).catch((cause: unknown) => stop(wordsOf(cause)));
    });
  } catch (error) {
    end(wordsOf(error), true);
  }
  return promise;
}

/** Hands on as fast as it is taken; one that ends before takes no more. */
async function feed(channel: ClientChannel, input: AsyncIterable<Uint8Array>, taken: () => void): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  let open = true;
  channel.once('close', () => {
    open = false;
    resolve();
  });
  for await (const piece of input) {
    if (open && !channel.write(piece)) await Promise.race([once(channel, 'drain'), closed]);
    if (!open) return;
    taken();
  }
  channel.end();
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? printable(error.message) : LOST;
}
