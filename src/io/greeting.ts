import { connect, isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect as connectTls } from 'node:tls';
import { printable } from '../domain/printable.ts';
import type { UnreadCause } from '../domain/snapshot.ts';
import type { Address, Tls } from '../domain/target.ts';

/** What a server says to a stranger's PING. */
export type Greeting =
  | { kind: 'redis'; wantsAuth: boolean; admitsAnyone: boolean }
  | { kind: 'refused'; cause: UnreadCause; detail: string };

/** What came back over a fresh connection: the first line, or silence, or the end. */
type Heard = { kind: 'line'; line: Buffer } | Nothing;
type Nothing =
  | { kind: 'silent'; connected: boolean }
  | { kind: 'closed'; connected: boolean; error?: Error & { code?: string } };

const SPEAKS_TLS = 'the server speaks TLS and was addressed without it: use rediss:// or set tls';
const SPEAKS_PLAIN = 'the server answers without TLS and was addressed with it: use redis:// or unset tls';

const PING = '*1\r\n$4\r\nPING\r\n';

/** TLS record type 21 (alert), protocol major version 3. */
const TLS_ALERT = Buffer.from([21, 3]);

/** Every answer fits; a server that sends more without a line break is none of ours. */
const LONGEST_LINE = 1024;

const LINGER_MS = 100;

/** Greets a server over a raw connection, because a client library hides most of the reasons why one does not work. */
export async function greet(address: Address, tls: Tls | undefined, timeoutMs: number): Promise<Greeting> {
  const heard = await hear(address, tls, timeoutMs);
  if (heard.kind === 'line') return classify(heard.line);
  if (tls) return (await speaksPlain(address, heard, timeoutMs)) ?? tlsFailure(heard, timeoutMs);
  if (heard.kind === 'closed' && heard.connected && (await speaksTls(address, timeoutMs))) {
    return refused('tls-mismatch', SPEAKS_TLS);
  }
  return failure(heard, timeoutMs);
}

function classify(line: Buffer): Greeting {
  return line.subarray(0, 2).equals(TLS_ALERT)
    ? refused('tls-mismatch', SPEAKS_TLS)
    : greetingIn(line.toString('latin1'));
}

/** What the first line of an answer to PING says, with its sign. */
export function greetingIn(text: string): Greeting {
  if (text.startsWith('+PONG')) return { kind: 'redis', wantsAuth: false, admitsAnyone: true };
  if (text.startsWith('-NOAUTH')) return { kind: 'redis', wantsAuth: true, admitsAnyone: false };
  if (text.startsWith('-BUSY')) return refused('busy', text.slice(1));
  if (text.startsWith('-DENIED')) return refused('protected-mode', text.slice(1));
  if (text.startsWith('-ERR max number of clients')) return refused('max-clients', text.slice(1));
  // A user without a password that may not even PING is no open door; LOADING, MISCONF and MASTERDOWN come after the login.
  if (/^-(NOPERM|ERR) /.test(text)) return { kind: 'redis', wantsAuth: false, admitsAnyone: false };
  if (/^-[A-Z]+ /.test(text)) return { kind: 'redis', wantsAuth: false, admitsAnyone: true };
  return refused('not-a-redis-server', `it answered PING with "${text.slice(0, 60).trim()}"`);
}

/** A plain Redis takes a TLS hello for an unfinished command and waits, so only asking it plainly tells. */
async function speaksPlain(address: Address, heard: Nothing, timeoutMs: number): Promise<Greeting | undefined> {
  const untrusted = heard.kind === 'closed' && /CERT|ALTNAME|ISSUER|SIGNATURE/.test(heard.error?.code ?? '');
  if (!heard.connected || untrusted) return undefined;
  const plain = await hear(address, undefined, timeoutMs);
  const answers = plain.kind === 'line' && !plain.line.subarray(0, 2).equals(TLS_ALERT);
  return answers ? refused('tls-mismatch', SPEAKS_PLAIN) : undefined;
}

async function speaksTls(address: Address, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTls({ ...address, rejectUnauthorized: false, timeout: timeoutMs });
    const settle = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('secureConnect', settle(true)).once('timeout', settle(false)).once('error', settle(false));
    socket.once('close', settle(false));
  });
}

function tlsFailure(heard: Nothing, timeoutMs: number): Greeting {
  if (heard.kind === 'closed' && /^ERR_O?SSL|^ERR_TLS|EPROTO|CERT|ISSUER|SIGNATURE/.test(heard.error?.code ?? '')) {
    return refused('tls-mismatch', reason(heard.error));
  }
  return failure(heard, timeoutMs);
}

function failure(heard: Nothing, timeoutMs: number): Greeting {
  const within = `within ${timeoutMs / 1000} s`;
  if (heard.kind === 'closed') {
    return refused('unreachable', heard.error ? reason(heard.error) : 'it closed the connection without an answer');
  }
  return heard.connected
    ? refused('hung', `it accepts connections and does not answer ${within}`)
    : refused('unreachable', `no connection ${within}: nothing answers at this address, or a firewall drops packets`);
}

async function hear(address: Address, tls: Tls | undefined, timeoutMs: number): Promise<Heard> {
  try {
    return await ping(address, tls, timeoutMs);
  } catch (error) {
    // Certificates that cannot be read and ports out of range are thrown before there is a socket.
    return { kind: 'closed', connected: false, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function ping(address: Address, tls: Tls | undefined, timeoutMs: number): Promise<Heard> {
  return new Promise((resolve) => {
    let connected = false;
    let heard: Heard | undefined;
    let bytes = Buffer.alloc(0);
    const socket = tls ? connectTls({ ...address, ...tlsOptions(address, tls) }) : connect(address);
    let timer = setTimeout(
      () => settle(bytes.length > 0 && !isReply(bytes) ? { kind: 'line', line: bytes } : { kind: 'silent', connected }),
      timeoutMs,
    );
    const settle = (what: Heard) => {
      heard ??= what;
      clearTimeout(timer);
      if (what.kind !== 'line') return socket.destroy();
      // The server has given our place back when it has closed its end too: the next connection may need it.
      timer = setTimeout(() => socket.destroy(), LINGER_MS);
      return socket.end();
    };
    socket.once('connect', () => {
      connected = true;
    });
    socket.once(tls ? 'secureConnect' : 'connect', () => socket.write(PING));
    socket.on('data', (chunk: Buffer) => {
      if (heard) return;
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf('\n');
      if (end >= 0 || bytes.length > LONGEST_LINE || bytes.subarray(0, 2).equals(TLS_ALERT)) {
        settle({ kind: 'line', line: end >= 0 ? bytes.subarray(0, end) : bytes });
      }
    });
    socket.on('error', (error: Error) => settle(lastWords(bytes, connected, error)));
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(heard ?? lastWords(bytes, connected));
    });
  });
}

/** A status or an error, as far as it has come: the only answers to PING. */
function isReply(bytes: Buffer): boolean {
  return bytes[0] === 0x2b || bytes[0] === 0x2d;
}

function lastWords(bytes: Buffer, connected: boolean, error?: Error): Heard {
  if (bytes.length > 0) return { kind: 'line', line: bytes };
  return { kind: 'closed', connected, ...(error && { error }) };
}

/** What a refused login means. */
export function authDetail(message: string, username: string | undefined): string {
  const who = username ?? 'the default user';
  if (/no password is set|without any password configured/.test(message)) {
    return `credentials are set for this target but the server has no password for ${who}: it is open, or it is not the server that you mean`;
  }
  return `it refused the credentials of ${who}: ${message}`;
}

/** Where the way to a server is a detour, its certificate must still be that of the host that it announces. */
export function certifiedAs(
  announced: Address,
  way: Address,
  tls: Tls,
): Tls & Pick<ConnectionOptions, 'checkServerIdentity'> {
  if (tls.servername !== undefined || announced.host === way.host) return tls;
  return isIP(announced.host) === 0
    ? { ...tls, servername: announced.host }
    : { ...tls, checkServerIdentity: (_way, certificate) => checkServerIdentity(announced.host, certificate) };
}

/** The options of a TLS connection: SNI is for host names only, an IP address may not be sent. */
export function tlsOptions({ host }: Address, tls: Tls): Tls {
  return { ...tls, ...(tls.servername === undefined && isIP(host) === 0 && { servername: host }) };
}

function refused(cause: UnreadCause, detail: string): Greeting {
  return { kind: 'refused', cause, detail: printable(detail) };
}

/** A host name with several addresses fails with one error each. */
function reason(error: Error | undefined): string {
  if (error instanceof AggregateError) return error.errors.map((each: Error) => each.message).join('; ');
  return error?.message ?? 'the connection failed';
}
