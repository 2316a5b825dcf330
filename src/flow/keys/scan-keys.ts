import { type Command, type Reply, ReplyError } from '../../domain/command.ts';
import { ConnectionLost } from '../../domain/connection-lost.ts';
import type { KeyFacts } from '../../domain/keys/key-facts.ts';
import type { KeySample, ScanEnd } from '../../domain/keys/key-sample.ts';
import type { ScanPlace } from '../../domain/keys/key-scan.ts';
import { KeyTally } from '../../domain/keys/key-tally.ts';
import type { Clock, KeySession } from '../ports.ts';
import { groupNames, isLarge, leastIdle, questions, readAnswers } from './describe-keys.ts';
import { Pulse } from './pulse.ts';
import { KEY_BUDGET, type KeyBudget, type ScanOptions } from './scan-options.ts';

const SCAN_COUNT = 200;
const PIECE = 50;
const PAUSE_FACTOR = 50;
/** Above what was measured, so that slower machines keep to the share too. */
const COMMAND_MS = 0.003;
const SCAN_MS = 0.2;
/** A round trip longer than usual by more than this is not our own delay: the server was held up. */
const HELD_UP_MS = 5;
const MAX_PAUSE_MS = 500;
const TELL_MS = 250;
/** Of the keys that are not large, one in so many is measured. */
const MEASURE_ONE_IN = 10;

export interface Scanned {
  sample: KeySample;
  /** Undefined when every key was seen. */
  place: ScanPlace | undefined;
}

/** Looks at keys of one server, a few at a time, and stops by itself when the server feels it. */
export async function scanKeys(session: KeySession, clock: Clock, options: ScanOptions): Promise<Scanned> {
  const scan = new Scan(session, clock, options);
  return scan.run();
}

class Scan {
  readonly #session: KeySession;
  readonly #clock: Clock;
  readonly #options: ScanOptions;
  readonly #budget: KeyBudget;
  readonly #tally: KeyTally;
  readonly #denied = new Set<string>();
  readonly #pulse: Pulse;
  readonly #began: number;
  #measured = 0;
  #lengths = true;
  #tellAt = 0;
  #queues: KeySample['queues'] = [];
  #place: ScanPlace;

  constructor(session: KeySession, clock: Clock, options: ScanOptions) {
    this.#session = session;
    this.#clock = clock;
    this.#options = options;
    this.#budget = options.budget ?? KEY_BUDGET;
    this.#tally = new KeyTally(options.mustExpire);
    this.#pulse = new Pulse(session, clock, this.#budget.noiseMs);
    this.#began = clock.now();
    const { runId, from, databases } = options;
    const goesOn = from?.runId === runId && databases.has(from.db);
    this.#place = goesOn ? from : { runId, db: [...databases.keys()][0] ?? 0, cursor: '0' };
  }

  async run(): Promise<Scanned> {
    const before = await this.#queueLengths();
    const since = this.#clock.now();
    const ended = await this.#walk().catch((error: unknown) => {
      if (error instanceof ConnectionLost) return 'lost' as const;
      throw error;
    });
    if (ended !== 'lost') this.#queues = growth(before, await this.#queueLengths(), (this.#clock.now() - since) / 1000);
    return { sample: this.#sample(ended), place: isThrough(ended) ? undefined : this.#place };
  }

  #sample(ended: ScanEnd): KeySample {
    const { node, databases, showNames } = this.#options;
    const total = [...databases.values()].reduce((sum, keys) => sum + keys, 0);
    const tookMs = Math.round(this.#clock.now() - this.#began);
    const about = { node, total, ended, tookMs, queues: this.#queues };
    return this.#tally.sample({ ...about, denied: [...this.#denied].sort() }, { showNames });
  }

  /** By name; a queue that is no list, or lives on another shard, is missing. */
  async #queueLengths(): Promise<Map<string, number>> {
    const { queues, cluster } = this.#options;
    if (queues.length === 0) return new Map();
    if (!cluster) await this.#session.ask([['SELECT', '0']]);
    const { replies } = await this.#session.ask(queues.map((name) => ['LLEN', name]));
    return new Map(
      queues.flatMap((name, at) => {
        const length = replies[at];
        return typeof length === 'number' ? [[name, length] as const] : [];
      }),
    );
  }

  /** Told now and then: what has been seen is added up anew each time. */
  #tell(): void {
    const { progress } = this.#options;
    if (!progress || this.#clock.now() < this.#tellAt) return;
    this.#tellAt = this.#clock.now() + TELL_MS;
    progress({ sample: this.#sample('lost'), place: this.#place });
  }

  async #walk(): Promise<ScanEnd> {
    const [untouched] = (
      await this.#session.ask([['CLIENT', 'NO-TOUCH', 'on'], ...(this.#options.cluster ? [['READONLY'] as const] : [])])
    ).replies;
    // Asking for a length makes a key look used, which misleads the eviction of a primary that is too old for NO-TOUCH.
    this.#lengths = this.#options.replica || untouched === 'OK';
    const tired = await this.#pulse.begin();
    if (tired) return tired;
    const from = this.#options.from && this.#place === this.#options.from;
    const databases = [...this.#options.databases.keys()];
    for (const db of databases.slice(Math.max(0, databases.indexOf(this.#place.db)))) {
      if (db !== this.#place.db) this.#place = { ...this.#place, db, cursor: '0' };
      if (!this.#options.cluster) await this.#session.ask([['SELECT', String(db)]]);
      const ended = await this.#walkDatabase();
      if (ended) return ended;
    }
    // What came before the place where it went on was seen by the scan before, not by this one.
    return from ? 'rest' : 'complete';
  }

  async #walkDatabase(): Promise<ScanEnd | undefined> {
    do {
      const { replies, tookMs } = await this.#session.ask([['SCAN', this.#place.cursor, 'COUNT', String(SCAN_COUNT)]]);
      const page = pageOf(replies[0]);
      if (page instanceof ReplyError) {
        this.#denied.add('scan');
        return 'complete';
      }
      await this.#pause(SCAN_MS, tookMs);
      for (let at = 0; at < page.keys.length; at += PIECE) {
        const stop = await this.#look(page.keys.slice(at, at + PIECE));
        if (stop) return stop;
      }
      this.#place = { ...this.#place, cursor: page.cursor };
    } while (this.#place.cursor !== '0');
    return undefined;
  }

  async #look(keys: readonly string[]): Promise<ScanEnd | undefined> {
    const stop = this.#spent() ?? (await this.#pulse.feel());
    if (stop) return stop;
    const types = await this.#ask(keys.map((key) => ['TYPE', key]));
    const known = keys.flatMap((key, at) => {
      const type = types[at];
      if (type instanceof ReplyError) this.#denied.add('type');
      return typeof type === 'string' && type !== 'none' ? [{ key, type }] : [];
    });
    const { frequency } = this.#options;
    const how = { frequency, lengths: this.#lengths };
    const asked = known.map(({ key, type }) => questions(key, type, how));
    const replies = await this.#ask(asked.flat());
    let at = 0;
    const facts = known.map((one, index) => {
      const count = asked[index]?.length ?? 0;
      const mine = replies.slice(at, at + count);
      at += count;
      return { facts: readAnswers({ ...one, db: this.#place.db, ...how }, mine, this.#denied), replies: mine };
    });
    const measured = await this.#measure(facts.map((one) => one.facts));
    for (const [index, one] of measured.entries()) {
      this.#tally.add(await this.#withIdleConsumers(one, facts[index]?.replies.at(-1)));
    }
    this.#tell();
    return undefined;
  }

  #spent(): ScanEnd | undefined {
    if (this.#options.signal?.aborted) return 'cancelled';
    if (this.#tally.seen >= this.#budget.keys) return 'keys';
    return this.#clock.now() - this.#began >= this.#budget.wallMs ? 'time' : undefined;
  }

  /** Large keys, and one in ten of the others. */
  async #measure(all: readonly KeyFacts[]): Promise<KeyFacts[]> {
    const left = this.#budget.measured - this.#measured;
    const chosen = all
      .filter((facts, at) => isLarge(facts) || (this.#tally.seen + at) % MEASURE_ONE_IN === 0)
      .toSorted((one, other) => Number(isLarge(other)) - Number(isLarge(one)))
      .slice(0, Math.max(0, left));
    this.#measured += chosen.length;
    const replies = await this.#ask(chosen.map(({ key }) => ['MEMORY', 'USAGE', key, 'SAMPLES', '5']));
    const bytes = new Map<KeyFacts, number>();
    for (const [at, facts] of chosen.entries()) {
      const reply = replies[at];
      if (reply instanceof ReplyError && reply.code === 'NOPERM') this.#denied.add('memory|usage');
      if (typeof reply === 'number') bytes.set(facts, reply);
    }
    return all.map((facts) => {
      const size = bytes.get(facts);
      return size === undefined ? facts : { ...facts, bytes: size, large: isLarge(facts) };
    });
  }

  /** Who reads a group is asked only where entries wait to be acknowledged. */
  async #withIdleConsumers(facts: KeyFacts, groups: Reply | undefined): Promise<KeyFacts> {
    if (!facts.groups?.some(({ pending }) => pending > 0)) return facts;
    const names = groupNames(groups);
    const replies = await this.#ask(names.map((name) => ['XINFO', 'CONSUMERS', facts.key, name]));
    return {
      ...facts,
      groups: facts.groups.map((group, at) => {
        const idleSeconds = group.pending > 0 ? leastIdle(replies[at]) : undefined;
        return { ...group, ...(idleSeconds !== undefined && { idleSeconds }) };
      }),
    };
  }

  async #ask(commands: readonly Command[]): Promise<readonly Reply[]> {
    if (commands.length === 0) return [];
    const { replies, tookMs } = await this.#session.ask(commands);
    await this.#pause(commands.length * COMMAND_MS, tookMs);
    return replies;
  }

  async #pause(workMs: number, tookMs: number): Promise<void> {
    const worked = Math.max(workMs, tookMs - this.#pulse.baselineMs - HELD_UP_MS);
    const ms = Math.min(MAX_PAUSE_MS, worked * PAUSE_FACTOR * this.#pulse.caution);
    await this.#clock.sleep(ms, this.#options.signal).catch(() => undefined);
  }
}

function growth(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>, seconds: number) {
  return [...after].flatMap(([name, length]) => {
    const earlier = before.get(name);
    return earlier === undefined ? [] : [{ name, before: earlier, after: length, seconds }];
  });
}

function isThrough(ended: ScanEnd): boolean {
  return ended === 'complete' || ended === 'rest';
}

function pageOf(reply: Reply | undefined): { cursor: string; keys: string[] } | ReplyError {
  if (reply instanceof ReplyError) return reply;
  const [cursor, keys] = Array.isArray(reply) ? (reply as readonly Reply[]) : [];
  if (typeof cursor !== 'string' || !Array.isArray(keys)) return new ReplyError('ERR SCAN answered something else');
  return { cursor, keys: keys.filter((key) => typeof key === 'string') };
}
