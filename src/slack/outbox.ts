import type { WebClient } from '@slack/web-api';
import type { Clock, Log, Meter, OutboxMessage, Store, Tx } from '../flow/ports.ts';
import type { Trouble } from './errors.ts';
import { findMessage } from './find-message.ts';
import { type Method, say } from './send-message.ts';

/** Between two updates of one message that is not urgent: Slack's tier 3 is 50 a minute for all of them. */
const PAUSE_MS = 1500;
/** How long it rests when nothing is waiting and nobody wakes it. */
const REST_MS = 500;
const LONGEST_BACKOFF_MS = 60_000;

export interface OutboxOptions {
  client: WebClient;
  botId: string;
  store: Store;
  clock: Clock;
  log: Log;
  meter: Meter;
}

export interface Outbox {
  wake(): void;
  /** False once Slack has refused the token. */
  ready(): boolean;
  /** Resolves when the message under way is settled. */
  stop(): Promise<void>;
}

type Outcome = Parameters<Tx['settleMessage']>[1];

/** Starts the one sender of this process: it makes Slack agree with the messages that are wanted, one at a time. */
export function startOutbox(options: OutboxOptions): Outbox {
  const { store, clock, log, meter } = options;
  const blockedUntil = new Map<Method, number>();
  const stopping = new AbortController();
  let lockedOut = false;
  let nap = new AbortController();
  let called = false;
  const done = work();
  return {
    wake() {
      called = true;
      nap.abort();
    },
    ready: () => !lockedOut && !stopping.signal.aborted,
    async stop() {
      stopping.abort();
      nap.abort();
      await done;
    },
  };

  async function work(): Promise<void> {
    while (!stopping.signal.aborted && !lockedOut) {
      called = false;
      let sent = false;
      try {
        sent = await sendNext();
      } catch (error) {
        log.error({ err: error }, 'the Slack outbox could not be read or written');
      }
      if (!sent && !called) await rest();
    }
  }

  async function rest(): Promise<void> {
    nap = new AbortController();
    if (stopping.signal.aborted) return;
    await clock.sleep(REST_MS, nap.signal).catch(() => undefined);
  }

  async function sendNext(): Promise<boolean> {
    const next = await store.transaction(async (tx) => {
      const message = await tx.nextMessage(clock.now());
      if (!message) return undefined;
      const root = message.threadKey === null ? undefined : await tx.message(message.threadKey);
      return { message, thread: root?.ts ?? null, incident: await tx.incident(message.incident) };
    });
    if (!next) return false;
    const outcome = await deliver(next.message, next.thread, next.incident?.openedAt ?? 0);
    await store.transaction((tx) => tx.settleMessage(next.message.key, outcome));
    return true;
  }

  /** `attempts` above 1 on a message without a ts: an earlier post may have arrived. */
  async function deliver(message: OutboxMessage, thread: string | null, since: number): Promise<Outcome> {
    const method = message.ts === null ? 'chat.postMessage' : 'chat.update';
    const blocked = blockedUntil.get(method) ?? 0;
    if (blocked > clock.now()) return { state: 'idle', nextAt: blocked, attempts: message.attempts - 1 };
    if (message.ts === null && message.attempts > 1) {
      const sighted = await findMessage(options, message, thread, since);
      if (sighted.kind === 'found') {
        log.info({ key: message.key, ts: sighted.ts }, 'a Slack message that was in doubt had arrived');
        return { ts: sighted.ts, sentRev: sighted.rev, state: 'idle', nextAt: clock.now(), attempts: 0 };
      }
      if (sighted.kind === 'blind' && sighted.trouble.kind !== 'refused')
        return setback(message, method, sighted.trouble);
      if (sighted.kind === 'blind') {
        log.warn(
          { key: message.key, error: sighted.trouble.why },
          'could not look whether a message had arrived; posting it again',
        );
      }
    }
    return send(message, thread);
  }

  async function send(message: OutboxMessage, thread: string | null): Promise<Outcome> {
    const method = message.ts === null ? 'chat.postMessage' : 'chat.update';
    const said = await say(options, message, thread);
    meter.count('redis_medic_slack_messages_total', { outcome: said.kind === 'said' ? said.form : said.kind });
    if (said.kind === 'said') {
      const nextAt = clock.now() + (message.urgent ? 0 : PAUSE_MS);
      return { ts: said.ts, sentRev: message.desiredRev, state: 'idle', nextAt, attempts: 0 };
    }
    if (said.kind === 'gone' && message.ts !== null) {
      log.warn({ key: message.key, error: said.why }, 'a Slack message is gone; posting it afresh');
      return send({ ...message, ts: null }, thread);
    }
    return setback(message, method, said);
  }

  function setback(message: OutboxMessage, method: Method, trouble: Trouble): Outcome {
    const { key, channel, attempts } = message;
    const facts = { key, channel, method, error: trouble.why };
    const now = clock.now();
    switch (trouble.kind) {
      case 'limited': {
        const until = now + trouble.retryAfterMs;
        blockedUntil.set(method, until);
        log.info({ ...facts, retryAfterMs: trouble.retryAfterMs }, 'Slack asked for a pause');
        return { state: 'idle', nextAt: until, attempts: attempts - 1 };
      }
      case 'unclear': {
        log.warn(facts, 'it is not known whether Slack took a message');
        return { state: 'idle', nextAt: now + Math.min(LONGEST_BACKOFF_MS, 1000 * 2 ** (attempts - 1)), attempts };
      }
      case 'locked-out': {
        lockedOut = true;
        log.error(facts, 'Slack refuses the bot token; no message will be sent until it is replaced');
        return { state: 'idle', nextAt: now, attempts: attempts - 1 };
      }
      case 'gone':
      case 'too-rich':
      case 'refused': {
        log.error(facts, 'Slack refused a message for good; invite the app to the channel or correct the channel id');
        return { state: 'failed', nextAt: now, attempts };
      }
    }
  }
}
