import { type Reply, ReplyError } from '../../src/domain/command.ts';

/** Reads raw RESP2: every reply that the bytes hold, one after the other. */
export function readResp(raw: Buffer): Reply[] {
  let at = 0;
  const replies: Reply[] = [];
  while (at < raw.length) replies.push(next());
  return replies;

  function next(): Reply {
    const end = raw.indexOf('\r\n', at);
    const [kind, rest] = [String.fromCharCode(raw[at] ?? 0), raw.toString('utf8', at + 1, end)];
    at = end + 2;
    if (kind === '+') return rest;
    if (kind === '-') return new ReplyError(rest);
    if (kind === ':') return Number(rest);
    const length = Number(rest);
    if (length < 0) return null;
    if (kind === '*') return Array.from({ length }, next);
    if (kind !== '$') throw new Error(`no RESP2 type: ${kind}`);
    const text = raw.toString('utf8', at, at + length);
    at += length + 2;
    return text;
  }
}
