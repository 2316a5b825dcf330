import { createHash } from 'node:crypto';
import { keysIn } from '../../../domain/backup.ts';
import { HELD_BYTES, momentaryBytes } from '../../../domain/largest-carried.ts';
import { bytes } from '../../../domain/units.ts';
import type { Carrier, DeedContext, Flow } from '../../ports.ts';
import { type BackupFile, Unreadable } from '../file.ts';
import type { CutKey, RdbPart } from '../ports.ts';
import type { Works } from '../works.ts';
import { Gentle } from './gentle.ts';
import { Ground } from './ground.ts';
import { type Existing, Shipment } from './shipment.ts';
import { Tally } from './tally.ts';

export interface PutBackAsk {
  file: BackupFile;
  existing: Existing;
  /** Larger values are not carried, in bytes. */
  largest: number;
  /** Bytes of memory in use at which it stops. */
  ceiling?: number;
}

type Answer = { done: string } | { failed: string };

/**
 * Puts the keys of a backup into a server one by one, with RESTORE: those of the slots that it serves, and where that is
 * wanted only those that are not there. Done again it does the same again. Stops at the first answer that is no answer to
 * one key alone, and says exactly what was done until then.
 */
export async function putBack(works: Works, ask: PutBackAsk, context: DeedContext): Promise<Answer> {
  const ground = await Ground.of(works, context, ask.ceiling);
  if (typeof ground === 'string') return { failed: `${ground}: nothing was sent` };
  try {
    const opened = await works.servers.carry(context.node, context.target);
    if (opened.kind === 'refused') return { failed: `${opened.detail}: nothing was sent` };
    try {
      return await new PuttingBack(works, ask, context, ground, opened.session).run();
    } finally {
      opened.session.close();
    }
  } finally {
    ground.close();
  }
}

class PuttingBack {
  readonly #works: Works;
  readonly #ask: PutBackAsk;
  readonly #context: DeedContext;
  readonly #ground: Ground;
  readonly #tally = new Tally();
  readonly #shipment: Shipment;
  readonly #gentle: Gentle;
  /** Of the file, that are to be put back. */
  #all = { keys: 0, bytes: 0 };

  constructor(works: Works, ask: PutBackAsk, context: DeedContext, ground: Ground, carrier: Carrier) {
    this.#works = works;
    this.#ask = ask;
    this.#context = context;
    this.#ground = ground;
    this.#gentle = new Gentle(works.bytesPerSecond);
    const { rdb } = works;
    this.#shipment = new Shipment({ carrier, rdb, ground, tally: this.#tally, existing: ask.existing });
  }

  async run(): Promise<Answer> {
    const weighed = await this.#weigh();
    if (weighed !== undefined) return { failed: `${weighed}: nothing was sent` };
    const stopped = await this.#carry();
    if (stopped !== undefined) return { failed: `stopped: ${stopped}. Until then: ${this.#tally.told()}` };
    const missing = this.#tally.missing(this.#ask.largest) ?? this.#miscounted();
    return missing === undefined ? { done: this.#tally.told() } : { failed: `${missing}. ${this.#tally.told()}` };
  }

  #miscounted(): string | undefined {
    const { keys } = this.#tally;
    const all = keysIn(this.#ask.file.backup);
    return keys === all ? undefined : `of the ${all} keys that were counted when the backup was taken ${keys} were met`;
  }

  /** Reads the file once before anything is sent: that it is whole and the same, how much it is, and that its databases are there. */
  async #weigh(): Promise<string | undefined> {
    const { signal } = this.#context;
    const databases = new Set<number>();
    this.#progress('reading the file');
    try {
      for await (const parts of this.#parts(0)) {
        if (signal.aborted) return messageOf(signal.reason);
        for (const part of parts) {
          if ('library' in part || part.size === undefined) continue;
          this.#all.keys += 1;
          this.#all.bytes += part.size;
          databases.add(part.database);
        }
      }
    } catch (error) {
      return messageOf(error);
    }
    for (const database of [...databases, 0]) {
      const refused = await this.#shipment.use(database);
      if (refused !== undefined) return refused;
    }
    return undefined;
  }

  /** All of the file; throws where it cannot be read, and at its end where it is not what was stored. */
  async *#parts(largest: number): AsyncGenerator<RdbPart[]> {
    const { file } = this.#ask;
    const { id, sha256 } = file.backup;
    const hash = createHash('sha256');
    async function* hashed(): AsyncGenerator<Uint8Array> {
      for await (const chunk of file.read()) {
        hash.update(chunk);
        yield chunk;
      }
    }
    const wanted = (name: Buffer, expiresAt: number | undefined) =>
      this.#ground.slotOf(name) === 'own' && !this.#ground.hasExpired(expiresAt);
    try {
      yield* this.#works.rdb.cut(hashed(), { largest, wanted });
    } catch (error) {
      throw error instanceof Unreadable ? error : new Unreadable(file.backup, error);
    }
    if (hash.digest('hex') !== sha256) throw new Error(`${id} is not what was stored: its SHA-256 is another`);
  }

  /** A sentence says why not all was carried. */
  async #carry(): Promise<string | undefined> {
    try {
      for await (const parts of this.#parts(HELD_BYTES)) {
        for (const part of parts) {
          const stop = await this.#take(part);
          if (stop !== undefined) return stop;
        }
      }
      return await this.#send();
    } catch (error) {
      return messageOf(error);
    }
  }

  async #take(part: RdbPart): Promise<string | undefined> {
    const shipment = this.#shipment;
    if ('library' in part) {
      return part.library ? shipment.library(part.library) : 'a library of functions is larger than what is carried';
    }
    const { name, kind, size, database } = part;
    if (kind === 'module') this.#tally.ofModules += 1;
    else if (name === undefined) this.#tally.tooLarge(name, size);
    else if (size === undefined) this.#tally[this.#whyUnwanted(name)] += 1;
    else {
      const sent = shipment.holds(database) ? undefined : ((await this.#send()) ?? (await shipment.use(database)));
      if (sent !== undefined) return sent;
      if (part.apart && size <= this.#ask.largest) return this.#sendApart({ ...part, name }, part.apart, size);
      const { apart: _apart, ...key } = part;
      shipment.add({ ...key, name });
      if (shipment.keys >= this.#gentle.keys || shipment.bytes >= this.#gentle.bytes) return this.#send();
    }
    return undefined;
  }

  /** A value that is too large to be held goes alone, when the server has room for it. */
  async #sendApart(
    key: CutKey & { name: Buffer },
    apart: NonNullable<CutKey['apart']>,
    size: number,
  ): Promise<string | undefined> {
    const { signal } = this.#context;
    const objection =
      (await this.#send()) ??
      (await this.#ground.objection(0, signal, (text) => this.#progress(text), momentaryBytes(size)));
    if (objection !== undefined) return objection;
    const payload: Flow = {
      length: this.#works.rdb.payloadSize(size),
      bytes: () => this.#flowing(apart, size),
    };
    this.#shipment.add({ ...key, payload });
    return this.#send();
  }

  async *#flowing(apart: NonNullable<CutKey['apart']>, size: number): AsyncGenerator<Uint8Array> {
    const { signal } = this.#context;
    const { rdb, clock, bytesPerSecond } = this.#works;
    const value = this.#ask.file.read({ from: apart.from, to: apart.from + size });
    const began = clock.now();
    let sent = 0;
    for await (const part of rdb.payload(apart, value)) {
      if (signal.aborted) throw new Error(messageOf(signal.reason));
      yield part;
      sent += part.length;
      this.#progress(`${bytes(sent)} of a value of ${bytes(size)} sent`);
      const ahead = bytesPerSecond === undefined ? 0 : (sent / bytesPerSecond) * 1000 - (clock.now() - began);
      if (ahead >= 1) await clock.sleep(ahead, signal).catch(() => undefined);
    }
  }

  #whyUnwanted(name: Buffer): 'foreign' | 'moved' | 'expired' {
    const slot = this.#ground.slotOf(name);
    return slot === 'own' ? 'expired' : slot;
  }

  #progress(text: string): void {
    this.#context.progress(text);
  }

  async #send(): Promise<string | undefined> {
    const { signal } = this.#context;
    if (signal.aborted) return messageOf(signal.reason);
    const { sent, tookMs, stop } = await this.#shipment.send();
    if (stop !== undefined) return stop;
    const { restored, kept, restoredBytes } = this.#tally;
    this.#progress(
      `${restored + kept} of ${this.#all.keys} keys, ${bytes(restoredBytes)} put back of ${bytes(this.#all.bytes)}`,
    );
    const objection = await this.#ground.objection(sent, signal, (text) => this.#progress(text));
    const pause = this.#gentle.after(sent, tookMs);
    if (objection === undefined && pause >= 1) await this.#works.clock.sleep(pause, signal).catch(() => undefined);
    return objection;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
