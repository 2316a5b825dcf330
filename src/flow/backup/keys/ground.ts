import { parseClusterNodes, SLOTS } from '../../../domain/cluster.ts';
import { type Command, ReplyError } from '../../../domain/command.ts';
import { ConnectionLost } from '../../../domain/connection-lost.ts';
import { Info, parseInfo } from '../../../domain/info.ts';
import { slotOfBytes } from '../../../domain/keys/key-slot.ts';
import { INFO_EVERYTHING, textReply } from '../../../domain/probe.ts';
import { nodeName } from '../../../domain/target.ts';
import { bytes, duration } from '../../../domain/units.ts';
import { meet } from '../../meet.ts';
import type { DeedContext, ReadOnlySession } from '../../ports.ts';
import type { Works } from '../works.ts';

/** A replica that is behind by more has enough to do; its buffer on the primary ends at 256 MiB by default. */
const MOST_LAG = 32 * 1024 * 1024;
const LOOK_EVERY_MS = 1000;
const LOOK_EVERY_BYTES = 8 * 1024 * 1024;
/** So long a replica is waited for. */
const PATIENCE_MS = 10 * 60_000;

const SLOT_STATES = ['foreign', 'own', 'moved'] as const;
const [OWN, MOVED] = [1, 2];

/** The server into which keys are put back, watched meanwhile. */
export class Ground {
  readonly name: string;
  readonly #session: ReadOnlySession;
  readonly #works: Pick<Works, 'clock'>;
  readonly #ceiling: number | undefined;
  /** Of each slot its state; undefined outside a cluster. */
  readonly #own: Uint8Array | undefined;
  /** By how much its clock is ahead of ours, ms. */
  readonly #ahead: number;
  #lookedAt = 0;
  #sentSince = 0;

  private constructor(name: string, session: ReadOnlySession, works: Pick<Works, 'clock'>, seen: Seen) {
    this.name = name;
    this.#session = session;
    this.#works = works;
    this.#own = seen.own;
    this.#ahead = seen.ahead;
    this.#ceiling = seen.ceiling;
  }

  /** A sentence says why nothing can be put into it. */
  static async of(works: Works, { node, target }: DeedContext, ceiling: number | undefined): Promise<Ground | string> {
    const { servers, clock } = works;
    const met = await meet(servers, target, { address: node, origin: 'seed' });
    if (met.kind === 'unread') return `${nodeName(node)} cannot be read: ${met.detail}`;
    const { session, identity } = met;
    const seen = await look(session, identity.mode === 'cluster', () => clock.now()).catch((error: unknown) => {
      if (error instanceof ConnectionLost) return `cannot be read: ${error.message}`;
      throw error;
    });
    if (typeof seen !== 'string' && identity.role === 'primary' && !identity.loading) {
      return new Ground(nodeName(node), session, works, { ...seen, ...(ceiling !== undefined && { ceiling }) });
    }
    session.close();
    if (typeof seen === 'string') return `${nodeName(node)} ${seen}`;
    return `${nodeName(node)} is ${identity.loading ? 'loading its data' : 'a replica'}`;
  }

  /** Where the slot of a key is: `moved` has left since we looked. */
  slotOf(name: Buffer): 'own' | 'foreign' | 'moved' {
    return this.#own === undefined ? 'own' : (SLOT_STATES[this.#own[slotOfBytes(name)] ?? 0] ?? 'foreign');
  }

  moved(name: Buffer): void {
    if (this.#own) this.#own[slotOfBytes(name)] = MOVED;
  }

  hasExpired(expiresAt: number | undefined): boolean {
    return expiresAt !== undefined && expiresAt <= this.#works.clock.now() + this.#ahead;
  }

  /**
   * Looks at it now and then, by time and by what was sent, and waits for replicas that are behind; a sentence says why to
   * stop. `coming`: the memory that a large value is about to take, before which it is always looked at.
   */
  async objection(
    sent: number,
    signal: AbortSignal,
    progress: (text: string) => void,
    coming = 0,
  ): Promise<string | undefined> {
    const { clock } = this.#works;
    const end = clock.now() + PATIENCE_MS;
    this.#sentSince += sent;
    const seen = clock.now() - this.#lookedAt < LOOK_EVERY_MS && this.#sentSince < LOOK_EVERY_BYTES;
    if (seen && coming === 0) return undefined;
    for (;;) {
      const [reply = null] = await this.#session.ask([INFO_EVERYTHING]);
      if (reply instanceof ReplyError) return reply.message;
      const info = parseInfo(textReply(reply));
      if (info.text('role') !== 'master') return `${this.name} is no primary any more`;
      const used = info.number('used_memory') ?? 0;
      if (this.#ceiling !== undefined && used + coming > this.#ceiling) {
        const more = coming === 0 ? '' : `, a large value takes ${bytes(coming)} more while it is put back`;
        return `${this.name} uses ${bytes(used)} of memory${more}, and the ${bytes(this.#ceiling)} that it may use would soon be exceeded`;
      }
      const lag = lagIn(info);
      this.#lookedAt = clock.now();
      this.#sentSince = 0;
      if (lag <= MOST_LAG) return undefined;
      if (clock.now() > end) return `a replica is ${bytes(lag)} behind after ${duration(PATIENCE_MS / 1000)}`;
      progress(`waiting for a replica that is ${bytes(lag)} behind`);
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
      if (signal.aborted) return undefined;
    }
  }

  close(): void {
    this.#session.close();
  }
}

interface Seen {
  own: Uint8Array | undefined;
  ahead: number;
  ceiling?: number;
}

async function look(session: ReadOnlySession, cluster: boolean, now: () => number): Promise<Seen | string> {
  const ask: Command[] = [['TIME'], ...(cluster ? [['CLUSTER', 'NODES'] as const] : [])];
  const [time, nodes] = await session.ask(ask);
  const ahead = Array.isArray(time) ? Number(time[0]) * 1000 + Number(time[1]) / 1000 - now() : 0;
  if (!cluster) return { own: undefined, ahead };
  if (nodes instanceof ReplyError) return `does not show its slots: ${nodes.message}`;
  const view = parseClusterNodes(textReply(nodes ?? null));
  if (!view) return 'does not show its slots';
  const own = new Uint8Array(SLOTS);
  for (const { from, to } of view.myself.slots) own.fill(OWN, from, to + 1);
  return own.includes(OWN) ? { own, ahead } : 'serves no slots';
}

/** Bytes that the slowest replica that is in touch lacks. */
function lagIn(info: Info): number {
  const end = info.number('master_repl_offset') ?? 0;
  const offsets = [...info.withPrefix('slave')].flatMap(([, value]) => {
    const parts = Info.parts(value);
    return parts.get('state') === 'online' ? [Number(parts.get('offset') ?? end)] : [];
  });
  return Math.max(0, ...offsets.map((offset) => end - offset));
}
