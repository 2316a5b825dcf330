import { createHmac } from 'node:crypto';
import type { Json } from './model.ts';

/** What Slack sends to an app; over Socket Mode the type is the envelope's. */
export interface Parcel {
  type: 'slash_commands' | 'interactive' | 'events_api';
  payload: Json;
  /** How often it was sent before: events are sent again when nobody acknowledged them. */
  retry?: number;
}

/** How the app acknowledged. */
export interface Delivery {
  /** HTTP status; 200 for an acknowledged envelope, 0 when nothing came. */
  status: number;
  ms: number;
  /** The body, as JSON when it is JSON. */
  body: unknown;
  /** As Slack names it to the person; null when it was acknowledged in time. */
  error: 'operation_timeout' | 'dispatch_failed' | null;
}

/** An app must acknowledge within 3 s. */
export const ACK_MS = 3000;

export interface AppAddress {
  url: string;
  signingSecret: string;
}

export async function post(app: AppAddress, parcel: Parcel): Promise<Delivery> {
  const started = performance.now();
  const { contentType, body } = written(parcel);
  const timestamp = String(Math.floor(Date.now() / 1000));
  try {
    const res = await fetch(app.url, {
      method: 'POST',
      body,
      headers: {
        // Exactly this, without a charset: receivers compare the whole value.
        'content-type': contentType,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': sign(app.signingSecret, timestamp, body),
        ...(parcel.retry ? { 'x-slack-retry-num': String(parcel.retry), 'x-slack-retry-reason': 'http_error' } : {}),
      },
      signal: AbortSignal.timeout(ACK_MS),
    });
    const answer = maybeJson(await res.text());
    const ms = performance.now() - started;
    return { status: res.status, ms, body: answer, error: res.status === 200 ? null : 'dispatch_failed' };
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    const ms = performance.now() - started;
    return { status: 0, ms, body: '', error: late ? 'operation_timeout' : 'dispatch_failed' };
  }
}

/** The v0 signature: HMAC-SHA256 over version, timestamp and the raw body. */
export function sign(secret: string, timestamp: string, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

function written({ type, payload }: Parcel): { contentType: string; body: string } {
  if (type === 'events_api') return { contentType: 'application/json', body: JSON.stringify(payload) };
  const form = type === 'interactive' ? { payload: JSON.stringify(payload) } : (payload as Record<string, string>);
  return { contentType: 'application/x-www-form-urlencoded', body: new URLSearchParams(form).toString() };
}

export function maybeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
