import { App, LogLevel } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import { problem } from '../domain/problem.ts';
import type { Clock, Face, Log, People, Ports } from '../flow/ports.ts';
import { type Access, clientOptions, makeClients, slackLogger } from './clients.ts';
import { troubleOf } from './errors.ts';
import { makeFace } from './face.ts';
import { inTime } from './in-time.ts';
import { addListeners } from './listeners.ts';
import { type Outbox, startOutbox } from './outbox.ts';
import { type Approvers, makePeople } from './people.ts';
import { type Door, type Mode, makeDoor } from './receiver.ts';

/** How long stopping waits for a Slack that does not answer, in ms. What was under way is looked for at the next start. */
const HANGING_MS = 500;

export interface SlackOptions extends Access {
  mode: Mode;
  approvers: Approvers;
  clock: Clock;
  log: Log;
}

/** The face and the people are made first, because the ports hold them; listening begins when the ports are complete. */
export interface Slack {
  face: Face;
  people: People;
  /** Throws problem('slack-refused') when the token is not taken; an unreachable Slack is tried again in the background. */
  listen(ports: Ports): Promise<Listening>;
}

export interface Listening {
  /** False while Slack cannot be reached or refuses the token. */
  ready(): boolean;
  /** Takes no more requests and finishes what is under way, but does not wait for a Slack that hangs. */
  stop(): Promise<void>;
}

interface Identity {
  botId: string;
  botUserId: string;
  /** https://team.slack.com/ */
  url: string;
}

export function makeSlack(options: SlackOptions): Slack {
  const clients = makeClients(options);
  let outbox: Outbox | undefined;
  return {
    face: makeFace(() => outbox?.wake()),
    people: makePeople({ ...options, client: clients.interactive }),
    async listen(ports) {
      const stopping = new AbortController();
      const underWay = new Set<Promise<unknown>>();
      let door: Door | undefined;
      const identity = await whoAmI(clients.interactive);
      const connecting = identity ? start(identity) : startLater();
      if (identity) await connecting;
      return {
        ready: () => (outbox?.ready() ?? false) && (door?.isOpen() ?? false),
        async stop() {
          stopping.abort();
          await inTime(options.clock, Promise.allSettled([connecting]), HANGING_MS);
          await door?.close();
          await inTime(options.clock, Promise.allSettled(underWay));
          await inTime(options.clock, Promise.allSettled([outbox?.stop()]), HANGING_MS);
        },
      };

      async function start(me: Identity): Promise<void> {
        outbox = startOutbox({ ...ports, client: clients.outbox, botId: me.botId });
        door = makeDoor(options.mode, options);
        const app = makeApp(options, door, me);
        await app.init();
        addListeners(app, {
          ports,
          client: clients.interactive,
          link: (channel, ts) => `${me.url}archives/${channel}/p${ts.replace('.', '')}`,
          track(work) {
            underWay.add(work);
            return work.finally(() => underWay.delete(work));
          },
        });
        await door.open(app).catch(async (error: unknown) => {
          await outbox?.stop();
          throw error;
        });
        ports.log.info({ mode: options.mode.kind, workspace: me.url }, 'connected to Slack');
      }

      async function startLater(): Promise<void> {
        for (let wait = 1000; !stopping.signal.aborted; wait = Math.min(30_000, wait * 2)) {
          ports.log.warn({ tryAgainInMs: wait }, 'Slack cannot be reached');
          await options.clock.sleep(wait, stopping.signal).catch(() => undefined);
          try {
            const found = stopping.signal.aborted ? undefined : await whoAmI(clients.interactive);
            if (found && !stopping.signal.aborted) return await start(found);
          } catch (error) {
            ports.log.error({ err: error }, 'Slack cannot be used; correct the configuration and start again');
            return;
          }
        }
      }
    },
  };
}

/** Undefined when Slack could not be asked. */
async function whoAmI(client: WebClient): Promise<Identity | undefined> {
  try {
    const me = await client.auth.test();
    return { botId: me.bot_id ?? '', botUserId: me.user_id ?? '', url: me.url ?? 'https://slack.com/' };
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble.kind === 'unclear' || trouble.kind === 'limited') return undefined;
    throw problem('slack-refused', trouble.why);
  }
}

/** Knowing who we are saves Bolt an auth.test for every request. */
function makeApp(options: SlackOptions, door: Door, me: Identity): App {
  const app = new App({
    receiver: door.receiver,
    token: options.botToken,
    botId: me.botId,
    botUserId: me.botUserId,
    tokenVerificationEnabled: false,
    deferInitialization: true,
    extendedErrorHandler: true,
    convoStore: false,
    clientOptions: clientOptions(options),
    logger: slackLogger(options.log),
    logLevel: LogLevel.ERROR,
  });
  app.error(async ({ error }: { error: Error & { code?: string } }) => {
    options.log.error({ code: error.code, err: error }, 'a request of Slack could not be handled');
  });
  return app;
}
