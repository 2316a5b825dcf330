import { type FetchFunction, type Logger, LogLevel, WebClient, type WebClientOptions } from '@slack/web-api';
import type { Log } from '../flow/ports.ts';

export interface Access {
  botToken: string;
  /** Base URL of the Web API, for a pretend workspace. */
  apiUrl?: string;
  fetch?: FetchFunction;
  log: Log;
}

/**
 * Two clients, because a 429 on one would hold up the other, and a modal must open within 3 s.
 * The outbox repeats posts itself, after a look whether they arrived, so its client never does.
 */
export function makeClients(access: Access): { interactive: WebClient; outbox: WebClient } {
  const shared = clientOptions(access);
  return {
    interactive: new WebClient(access.botToken, {
      ...shared,
      retryConfig: { retries: 1, minTimeout: 100, maxTimeout: 250 },
      timeout: 2500,
    }),
    outbox: new WebClient(access.botToken, { ...shared, retryConfig: { retries: 0 }, timeout: 10_000 }),
  };
}

export function clientOptions({ apiUrl, fetch, log }: Access): WebClientOptions {
  return {
    ...(apiUrl !== undefined && { slackApiUrl: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/` }),
    ...(fetch !== undefined && { fetch }),
    rejectRateLimitedCalls: true,
    logger: slackLogger(log),
    logLevel: LogLevel.ERROR,
  };
}

/** Slack's libraries log into ours; their words are a fact, never the sentence. */
export function slackLogger(log: Log): Logger {
  return {
    debug() {},
    info() {},
    warn: (...said) => log.debug({ said: said.map(String) }, 'a Slack library warns'),
    error: (...said) => log.warn({ said: said.map(String) }, 'a Slack library reports an error'),
    setLevel() {},
    getLevel: () => LogLevel.ERROR,
    setName() {},
  };
}
