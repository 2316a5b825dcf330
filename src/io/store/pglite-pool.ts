import { EventEmitter } from 'node:events';
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';

/** What the pool needs of PGlite. */
export interface Engine {
  query<R>(text: string, parameters: unknown[]): Promise<EngineResult<R>>;
  exec(text: string): Promise<EngineResult<unknown>[]>;
  onNotification(listener: (channel: string, payload: string) => void): () => void;
}

interface EngineResult<R> {
  rows: R[];
  affectedRows?: number;
}

/** Looks like `pg.Pool` to kysely and BullMQ. PGlite has one session, so its clients take turns; a transaction is one turn. */
export class PglitePool extends EventEmitter implements PostgresPool {
  /** BullMQ then trusts its LISTEN: there is no socket that could be lost. */
  readonly options = { keepAlive: true };
  readonly engine: Engine;
  /** Called when a transaction that may have written has committed, before its client hears of it. */
  readonly committed: () => Promise<void>;
  #last: Promise<void> = Promise.resolve();

  constructor(engine: Engine, committed: () => Promise<void>) {
    super();
    this.engine = engine;
    this.committed = committed;
    // Each queue and each worker listens for errors.
    this.setMaxListeners(50);
  }

  async connect(): Promise<PgliteClient> {
    return new PgliteClient(this);
  }

  async query<R>(text: string, parameters: readonly unknown[] = []): Promise<PostgresQueryResult<R>> {
    const client = await this.connect();
    try {
      return await client.query<R>(text, parameters);
    } finally {
      client.release();
    }
  }

  async end(): Promise<void> {
    await this.#last;
  }

  /** Waits for the turn; call what it gives to end it. */
  async turn(): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    return resolve;
  }
}

interface OpenTransaction {
  endTurn: () => void;
  wrote: boolean;
  failed: boolean;
}

class PgliteClient extends EventEmitter implements PostgresPoolClient {
  readonly #pool: PglitePool;
  readonly #mute: () => void;
  #transaction: OpenTransaction | undefined;

  constructor(pool: PglitePool) {
    super();
    this.#pool = pool;
    this.#mute = pool.engine.onNotification((channel, payload) => this.emit('notification', { channel, payload }));
  }

  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(text: string, parameters?: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(
    text: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): PostgresCursor<R> | Promise<PostgresQueryResult<R>> {
    if (typeof text !== 'string') throw new Error('PGlite has no cursors');
    const verb = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? '';
    if (this.#transaction === undefined) return this.#outside<R>(verb, text, parameters);
    if (verb === 'COMMIT' || verb === 'ROLLBACK') return this.#finish<R>(this.#transaction, verb);
    return this.#inside<R>(this.#transaction, verb, text, parameters);
  }

  /** As the server does for a lost connection, a transaction that was left open is rolled back. */
  release(): void {
    this.#mute();
    this.removeAllListeners();
    if (this.#transaction !== undefined) void this.#finish(this.#transaction, 'ROLLBACK').catch(() => undefined);
  }

  async #outside<R>(verb: string, text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    const endTurn = await this.#pool.turn();
    try {
      const result = await this.#execute<R>(verb, text, parameters);
      if (verb === 'BEGIN' || verb === 'START') this.#transaction = { endTurn, wrote: false, failed: false };
      return result;
    } finally {
      if (this.#transaction === undefined) endTurn();
    }
  }

  async #inside<R>(
    transaction: OpenTransaction,
    verb: string,
    text: string,
    parameters: readonly unknown[],
  ): Promise<PostgresQueryResult<R>> {
    transaction.wrote ||= verb !== 'SELECT';
    try {
      return await this.#execute<R>(verb, text, parameters);
    } catch (error) {
      transaction.failed = true;
      throw error;
    }
  }

  async #finish<R>(transaction: OpenTransaction, verb: 'COMMIT' | 'ROLLBACK'): Promise<PostgresQueryResult<R>> {
    this.#transaction = undefined;
    try {
      await this.#pool.engine.exec(verb);
    } finally {
      transaction.endTurn();
    }
    const command = transaction.failed ? 'ROLLBACK' : verb;
    if (command === 'COMMIT' && transaction.wrote) await this.#pool.committed();
    return { command, rowCount: 0, rows: [] };
  }

  async #execute<R>(verb: string, text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    // A text of several statements, such as a migration, has no parameters.
    const result =
      parameters.length === 0
        ? ((await this.#pool.engine.exec(text)).at(-1) as EngineResult<R> | undefined)
        : await this.#pool.engine.query<R>(
            text,
            [...parameters].map((value) => value ?? null),
          );
    const rows = result?.rows ?? [];
    return { command: verb as PostgresQueryResult<R>['command'], rowCount: result?.affectedRows || rows.length, rows };
  }
}
