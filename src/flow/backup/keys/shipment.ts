import { type Reply, ReplyError } from '../../../domain/command.ts';
import { ConnectionLost } from '../../../domain/connection-lost.ts';
import { printable } from '../../../domain/printable.ts';
import type { Carrier, CarryCommand, Flow } from '../../ports.ts';
import type { CutKey, RdbFiles } from '../ports.ts';
import type { Ground } from './ground.ts';
import type { Tally } from './tally.ts';

/** What is done where a key or a library of that name is there: nothing, or it is replaced. */
export type Existing = 'keep' | 'replace';

/** Smaller values are read back, one in each batch, until so many have been. */
const READ_BACK_BYTES = 64 * 1024;
const READ_BACK = 200;
/** Hashes whose fields expire one by one: what they hold may be less a moment later. */
const FLEETING: ReadonlySet<number | undefined> = new Set([22, 24, 25]);
/** Clients may write to a key at once; more than these are not the same for another reason. */
const WRITTEN_AT_ONCE = 2;

/** `payload`: absent where the value is too large to be carried. */
export type ShippedKey = Omit<CutKey, 'name' | 'payload'> & { name: Buffer; payload?: Buffer | Flow };
type WholeKey = ShippedKey & { payload: Buffer | Flow };
type HeldKey = ShippedKey & { payload: Buffer };

interface Deps {
  carrier: Carrier;
  rdb: Pick<RdbFiles, 'holdTheSame'>;
  ground: Ground;
  tally: Tally;
  existing: Existing;
}

/** Keys on their way into one server: collected, and sent many at a time. What a server says of each is counted. */
export class Shipment {
  keys = 0;
  bytes = 0;
  readonly #deps: Deps;
  #batch: ShippedKey[] = [];
  #database = 0;
  /** As far as the last keys tell. */
  #mostAreThere = true;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  add(key: ShippedKey): void {
    this.#batch.push(key);
    this.keys += 1;
    this.bytes += key.payload?.length ?? 0;
  }

  holds(database: number): boolean {
    return database === this.#database;
  }

  /** What comes is of this database; a sentence says why it cannot be. */
  async use(database: number): Promise<string | undefined> {
    if (this.holds(database)) return undefined;
    const { replies } = await this.#deps.carrier.send([['SELECT', String(database)]]);
    if (replies[0] !== 'OK') return `database ${database} cannot be used: ${told(replies[0])}`;
    this.#database = database;
    return undefined;
  }

  async library(payload: Buffer): Promise<string | undefined> {
    const { carrier, tally, existing } = this.#deps;
    const policy = existing === 'keep' ? 'APPEND' : 'REPLACE';
    const { replies } = await carrier.send([['FUNCTION', 'RESTORE', payload, policy]]);
    const [reply] = replies;
    if (reply === 'OK') tally.libraries += 1;
    else if (existing === 'keep' && /already exists/i.test(told(reply))) tally.librariesKept += 1;
    else return `a library of functions was refused: ${told(reply)}`;
    return undefined;
  }

  /** Sends what was collected; `stop` says why nothing more can be sent. */
  async send(): Promise<{ sent: number; tookMs: number; stop?: string }> {
    const [batch, sent] = [this.#batch, this.bytes];
    this.#batch = [];
    this.keys = 0;
    this.bytes = 0;
    if (batch.length === 0) return { sent: 0, tookMs: 0 };
    const { kept } = this.#deps.tally;
    try {
      const asked = await this.#missing(batch);
      const large = asked.keys.filter(({ payload }) => !payload);
      for (const { name, size } of large) this.#deps.tally.tooLarge(name, size);
      if (asked.stop !== undefined) return { sent, ...asked };
      const put = await this.#put(asked.keys.filter((key): key is WholeKey => key.payload !== undefined));
      this.#mostAreThere = (this.#deps.tally.kept - kept) * 2 > batch.length;
      return { sent, tookMs: asked.tookMs + put.tookMs, ...(put.stop !== undefined && { stop: put.stop }) };
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      return {
        sent,
        tookMs: 0,
        stop: `no answer (${error.message}): of the last ${batch.length} keys some may be there`,
      };
    }
  }

  /** Those that are not there, where what is there is kept: asked beforehand where that spares sending many values in vain. */
  async #missing(batch: readonly ShippedKey[]): Promise<{ keys: ShippedKey[]; tookMs: number; stop?: string }> {
    const { carrier, tally, existing } = this.#deps;
    const asked = batch.filter(
      ({ payload }) => existing === 'keep' && (this.#mostAreThere || !Buffer.isBuffer(payload)),
    );
    if (asked.length === 0) return { keys: [...batch], tookMs: 0 };
    const { replies, tookMs } = await carrier.send(asked.map(({ name }): CarryCommand => ['EXISTS', name]));
    const there = new Set<ShippedKey>();
    let stop: string | undefined;
    for (const [at, key] of asked.entries()) {
      const reply = replies[at];
      if (reply === 0) continue;
      there.add(key);
      if (reply === 1) tally.kept += 1;
      else stop ??= this.#refused(key, reply);
    }
    return { keys: batch.filter((key) => !there.has(key)), tookMs, ...(stop !== undefined && { stop }) };
  }

  async #put(keys: readonly WholeKey[]): Promise<{ tookMs: number; stop?: string }> {
    if (keys.length === 0) return { tookMs: 0 };
    const { carrier, tally } = this.#deps;
    const probed = tally.readBack < READ_BACK ? keys.find(isReadBack) : undefined;
    const commands = keys.map((key) => this.#restore(key));
    const { replies, tookMs } = await carrier.send(probed ? withDump(commands, keys.indexOf(probed)) : commands);
    const dump = probed && replies.splice(keys.indexOf(probed) + 1, 1)[0];
    let stop: string | undefined;
    for (const [at, key] of keys.entries()) {
      const reply = replies[at];
      if (reply === 'OK') {
        tally.restored += 1;
        tally.restoredBytes += key.payload.length;
        if (key === probed && typeof dump === 'string') stop ??= this.#compare(probed, dump);
      } else stop ??= this.#refused(key, reply);
    }
    return { tookMs, ...(stop !== undefined && { stop }) };
  }

  #restore({ name, payload, expiresAt = 0 }: WholeKey): CarryCommand {
    const replace = this.#deps.existing === 'replace' ? ['REPLACE'] : [];
    return ['RESTORE', name, String(expiresAt), payload, 'ABSTTL', ...replace];
  }

  #compare({ payload, name }: HeldKey, dump: string): string | undefined {
    const { rdb, tally } = this.#deps;
    const same = rdb.holdTheSame(payload, Buffer.from(dump, 'latin1'));
    if (same === undefined) return undefined;
    tally.readBack += 1;
    if (same) return undefined;
    tally.different += 1;
    return tally.different > WRITTEN_AT_ONCE && tally.different * 2 > tally.readBack
      ? `${tally.different} of ${tally.readBack} keys that were read back do not hold what is in the file, such as ${shown(name)}`
      : undefined;
  }

  /** What is no reason to stop is counted. */
  #refused({ name }: ShippedKey, reply: Reply | undefined): string | undefined {
    const { tally, ground } = this.#deps;
    const code = reply instanceof ReplyError ? reply.code : '';
    if (code === 'BUSYKEY') tally.kept += 1;
    else if (code === 'MOVED' || code === 'ASK' || code === 'TRYAGAIN') {
      // The server it names is not followed: nobody has approved that.
      tally.moved += 1;
      ground.moved(name);
    } else return `${shown(name)} was refused: ${told(reply)}`;
    return undefined;
  }
}

function isReadBack(key: WholeKey): key is HeldKey {
  const { payload } = key;
  return Buffer.isBuffer(payload) && payload.length <= READ_BACK_BYTES && !FLEETING.has(payload[0]);
}

function withDump(commands: readonly CarryCommand[], at: number): CarryCommand[] {
  const name = commands[at]?.[1] ?? '';
  return [...commands.slice(0, at + 1), ['DUMP', name], ...commands.slice(at + 1)];
}

function told(reply: Reply | undefined): string {
  return reply instanceof ReplyError
    ? printable(reply.message).replace(/\.+$/, '')
    : `an answer that is none (${JSON.stringify(reply)})`;
}

function shown(name: Buffer): string {
  return `"${printable(name.toString('utf8'), 80)}"`;
}
