import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';

/** What a failed call to Slack means for what we wanted to do. */
export type Trouble =
  | { kind: 'limited'; retryAfterMs: number; why: string }
  /** It may have happened or not: look before doing it again. */
  | { kind: 'unclear'; why: string }
  /** Slack does not take these blocks: say it more plainly. */
  | { kind: 'too-rich'; why: string }
  /** The message is not there any more, or not ours to change. */
  | { kind: 'gone'; why: string }
  /** The token is worth nothing: no call will work. */
  | { kind: 'locked-out'; why: string }
  /** Slack said no, and will again. */
  | { kind: 'refused'; why: string };

const KINDS: Readonly<Record<string, Trouble['kind']>> = {
  internal_error: 'unclear',
  fatal_error: 'unclear',
  service_unavailable: 'unclear',
  request_timeout: 'unclear',
  team_added_to_org: 'unclear',
  invalid_blocks: 'too-rich',
  invalid_blocks_format: 'too-rich',
  msg_blocks_too_long: 'too-rich',
  msg_blocks_too_many: 'too-rich',
  msg_too_long: 'too-rich',
  message_not_found: 'gone',
  cant_update_message: 'gone',
  edit_window_closed: 'gone',
  invalid_auth: 'locked-out',
  not_authed: 'locked-out',
  token_revoked: 'locked-out',
  token_expired: 'locked-out',
  account_inactive: 'locked-out',
};

export function troubleOf(error: unknown): Trouble {
  if (error instanceof WebAPIRateLimitedError) {
    return { kind: 'limited', retryAfterMs: error.retryAfter * 1000, why: 'rate limited' };
  }
  if (error instanceof WebAPIPlatformError) {
    const why = error.data.error;
    if (why === 'ratelimited' || why === 'rate_limited') return { kind: 'limited', retryAfterMs: 30_000, why };
    // An answer that is not JSON (a proxy's page) arrives as the error's name.
    if (!/^[a-z0-9_]+$/.test(why)) return { kind: 'unclear', why: 'not an answer of Slack' };
    const kind = Object.hasOwn(KINDS, why) ? KINDS[why] : undefined;
    return { kind: kind === undefined || kind === 'limited' ? 'refused' : kind, why };
  }
  if (error instanceof WebAPIHTTPError) return { kind: 'unclear', why: `HTTP ${error.statusCode}` };
  return { kind: 'unclear', why: error instanceof Error ? error.message : String(error) };
}
