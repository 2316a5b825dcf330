import { SLOTS } from '../../domain/cluster.ts';
import { slotOfBytes } from '../../domain/keys/key-slot.ts';
import type { RdbCounts, RdbKey, RdbSummary, RdbVerdict } from '../../domain/rdb.ts';
import type { RdbOptions } from '../../flow/backup/ports.ts';
import { Broken, Unknown } from './broken.ts';
import { contentDigest } from './content.ts';
import { Crc64 } from './crc64.ts';
import { Cursor } from './cursor.ts';
import type { Recorder } from './recorder.ts';
import { Reservoir } from './reservoir.ts';
import type { Magic, ValueType } from './value-types.ts';
import { type Listener, walk } from './walk.ts';

type Ending = { kind: 'broken' | 'unknown'; at: number; because: string };

const CHECKSUM_BYTES = 8;

/** One file on its way from its first byte to its verdict, in constant memory. */
export class Reading implements Listener {
  readonly #crc = new Crc64();
  readonly #cursor = new Cursor((bytes, from, to) => this.#crc.update(bytes, from, to));
  readonly #walk = walk(this.#cursor, this);
  readonly #options: RdbOptions;
  readonly #reservoir: Reservoir<RdbKey>;
  readonly #aux: Record<string, string> = {};
  readonly #modules = new Set<string>();
  readonly #databases = new Map<number, RdbCounts>();
  readonly #slots: Uint32Array | undefined;
  #database = 0;
  #counts: RdbCounts | undefined;
  #form: { magic: Magic; version: number } | undefined;
  #functions = 0;
  #largest = 0;
  #drawn: { place: number; key: RdbKey } | undefined;
  #checksum: RdbSummary['checksum'] = 'unread';
  #bytes = 0;
  #done = false;
  #ending: Ending | undefined;
  /** Behind what is not known: the last bytes so far, which may be the checksum. */
  #tail = Buffer.alloc(0);

  constructor(options: RdbOptions) {
    this.#options = options;
    this.#slots = options.slots ? new Uint32Array(SLOTS) : undefined;
    this.#reservoir = new Reservoir(options.sample ?? 0, () => options.chance?.() ?? Math.random());
  }

  /** False: no more needs to come, as it is broken. */
  push(chunk: Uint8Array): boolean {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    this.#bytes += bytes.length;
    if (this.#isBroken()) return false;
    if (this.#ending) this.#passUnknown(bytes);
    else if (this.#done) this.#fail(this.#bytes - bytes.length, 'more bytes follow behind its end');
    else this.#advance(bytes);
    return !this.#isBroken();
  }

  #isBroken(): boolean {
    return this.#ending?.kind === 'broken';
  }

  verdict(): RdbVerdict {
    if (this.#ending?.kind === 'unknown') this.#checksumBehind();
    if (!this.#done && !this.#ending) {
      this.#fail(this.#bytes, this.#bytes === 0 ? 'it is empty' : 'it ends in the middle, as a copy that was cut does');
    }
    const summary = this.#summary();
    const ending = this.#ending;
    if (!ending) return summary ? { kind: 'intact', summary } : { kind: 'broken', at: 0, because: 'it is empty' };
    const { kind, at, because } = ending;
    if (kind === 'unknown' && summary) return { kind, at, because, summary };
    return { kind: 'broken', at, because, ...(summary && { summary }) };
  }

  #advance(bytes: Buffer): void {
    try {
      this.#cursor.push(bytes);
      if (!this.#walk.next().done) return;
      this.#done = true;
      this.#cursor.pass();
      if (this.#cursor.left > 0) this.#fail(this.#cursor.offset, 'more bytes follow behind its end');
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      this.#fail(error.at, error.message, error instanceof Unknown ? 'unknown' : 'broken');
      if (!(error instanceof Unknown)) return;
      this.#cursor.pass();
      this.#passUnknown(this.#cursor.tryTake(this.#cursor.left) ?? Buffer.alloc(0));
    }
  }

  #fail(at: number, because: string, kind: Ending['kind'] = 'broken'): void {
    this.#ending = { kind, at, because };
  }

  #passUnknown(bytes: Buffer): void {
    const all = Buffer.concat([this.#tail, bytes]);
    const sure = Math.max(0, all.length - CHECKSUM_BYTES);
    this.#crc.update(all, 0, sure);
    this.#tail = Buffer.from(all.subarray(sure));
  }

  #checksumBehind(): void {
    if (this.#tail.length === CHECKSUM_BYTES) this.checksum(this.#tail);
  }

  #summary(): RdbSummary | undefined {
    if (!this.#form) return undefined;
    const aux = this.#aux;
    const valkey = aux['valkey-ver'];
    const engineVersion = valkey ?? aux['redis-ver'];
    const createdAt = aux.ctime === undefined ? Number.NaN : Number(aux.ctime);
    const usedMemory = aux['used-mem'] === undefined ? Number.NaN : Number(aux['used-mem']);
    return {
      ...this.#form,
      bytes: this.#bytes,
      ...(engineVersion !== undefined && { engine: valkey === undefined ? 'redis' : 'valkey', engineVersion }),
      ...(Number.isFinite(createdAt) && { createdAt }),
      ...(Number.isFinite(usedMemory) && { usedMemory }),
      aux,
      functions: this.#functions,
      largest: this.#largest,
      modules: [...this.#modules],
      databases: this.#databases,
      ...(this.#slots && { slots: this.#slots }),
      checksum: this.#checksum,
      sample: this.#reservoir.kept(),
    };
  }

  header(magic: Magic, version: number): void {
    this.#form = { magic, version };
  }

  aux(name: string, value: string): void {
    this.#aux[name] = value;
  }

  library(): void {
    this.#functions += 1;
  }

  module(name: string): void {
    this.#modules.add(name);
  }

  measured(bytes: number): void {
    if (bytes > this.#largest) this.#largest = bytes;
  }

  database(number: number): void {
    this.#database = number;
    this.#counts = undefined;
  }

  key({ kind }: ValueType, expiresAt: number | undefined, named: { name(): Buffer | undefined }): boolean {
    const counts = this.#countsHere();
    counts.keys += 1;
    if (expiresAt !== undefined) {
      counts.expiring += 1;
      if (expiresAt < this.#options.now) counts.expired += 1;
    }
    if (this.#slots) this.#countSlot(named.name());
    const place = this.#reservoir.next();
    if (place === undefined) return false;
    const name = named.name()?.toString('latin1');
    if (name === undefined) return false;
    const key = { database: this.#database, name, kind, ...(expiresAt !== undefined && { expiresAt }) };
    this.#drawn = { place, key };
    return true;
  }

  #countSlot(name: Buffer | undefined): void {
    if (!this.#slots || !name) return;
    const slot = slotOfBytes(name);
    this.#slots[slot] = (this.#slots[slot] ?? 0) + 1;
  }

  value(type: number, kept: Recorder | undefined): void {
    if (!this.#drawn || !this.#form) return;
    const { place, key } = this.#drawn;
    this.#drawn = undefined;
    const bytes = kept?.all();
    const content = bytes && contentDigest(this.#form.magic, type, bytes);
    this.#reservoir.put(place, { ...key, ...content });
  }

  checksum(stored: Buffer): void {
    if (stored.every((byte) => byte === 0)) this.#checksum = 'absent';
    else if (stored.equals(this.#crc.bytes())) this.#checksum = 'right';
    else {
      this.#checksum = 'wrong';
      this.#fail(
        this.#bytes - CHECKSUM_BYTES,
        'its checksum does not fit: something between its first and its last byte was changed',
      );
    }
  }

  #countsHere(): RdbCounts {
    this.#counts ??= this.#databases.get(this.#database);
    if (!this.#counts) {
      this.#counts = { keys: 0, expiring: 0, expired: 0 };
      this.#databases.set(this.#database, this.#counts);
    }
    return this.#counts;
  }
}
