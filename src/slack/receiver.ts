import type { Server } from 'node:http';
import { type App, HTTPReceiver, type Receiver, SocketModeReceiver } from '@slack/bolt';
import { problem } from '../domain/problem.ts';
import { type Access, clientOptions, slackLogger } from './clients.ts';
import { troubleOf } from './errors.ts';

export type Mode =
  | { kind: 'http'; signingSecret: string; host: string; port: number }
  | { kind: 'socket'; appToken: string };

/** For requests under way when we stop; a connection that says nothing must not hold us up. */
const CLOSE_MS = 1000;

/** How requests of Slack come in. */
export interface Door {
  receiver: Receiver;
  /** Opens it and resolves when requests can come in. */
  open(app: App): Promise<void>;
  isOpen(): boolean;
  close(): Promise<void>;
}

export function makeDoor(mode: Mode, access: Access): Door {
  return mode.kind === 'http' ? httpDoor(mode, access) : socketDoor(mode, access);
}

function httpDoor(mode: Mode & { kind: 'http' }, access: Access): Door {
  const receiver = new HTTPReceiver({ signingSecret: mode.signingSecret, logger: slackLogger(access.log) });
  let server: Server | undefined;
  return {
    receiver,
    async open() {
      try {
        server = await receiver.start({ host: mode.host, port: mode.port });
      } catch (error) {
        throw problem('slack-cannot-listen', `${mode.host}:${mode.port}`, troubleOf(error).why);
      }
    },
    isOpen: () => server?.listening ?? false,
    async close() {
      if (!server?.listening) return;
      const cut = setTimeout(() => server?.closeAllConnections(), CLOSE_MS);
      await receiver.stop();
      clearTimeout(cut);
    },
  };
}

/**
 * Options of its own, because the receiver writes its retry policy into them; a short ping makes the gap at
 * reconnecting short, and `forever` survives an outage of Slack, which otherwise ends the process.
 */
function socketDoor(mode: Mode & { kind: 'socket' }, access: Access): Door {
  const retryConfig = { forever: true, factor: 1.3, minTimeout: 500, maxTimeout: 5000 };
  const receiver = new SocketModeReceiver({
    appToken: mode.appToken,
    clientPingTimeout: 2000,
    logger: slackLogger(access.log),
    installerOptions: { clientOptions: { ...clientOptions(access), rejectRateLimitedCalls: false, retryConfig } },
  });
  return {
    receiver,
    async open() {
      try {
        await receiver.start();
      } catch (error) {
        throw problem('slack-app-token-refused', troubleOf(error).why);
      }
    },
    isOpen: () => receiver.client.websocket?.isActive() ?? false,
    close: () => receiver.stop(),
  };
}
