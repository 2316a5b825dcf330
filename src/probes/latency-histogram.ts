import type { Histogram } from '../domain/histogram.ts';
import { Info } from '../domain/info.ts';
import { defineProbe, listReply, textReply } from '../domain/probe.ts';
import { atLeast } from '../domain/server.ts';

/** A histogram costs the server some 8 us, so only the few commands that take the most time are asked for. */
const ASKED = 5;

/** They wait, by design; or they serve operators and replicas. */
const LEFT_OUT =
  /^(b[lrz](pop|move|mpop)\w*|brpoplpush|xread(group)?|wait(aof)?|psync|sync|replconf|info|ping|hello|auth|config|client|slowlog|commandlog|latency|command|cluster|sentinel|acl|memory|module|function|script|debug|monitor|shutdown|subscribe|psubscribe|ssubscribe)(\||$)/;

/** How long commands took since the server started, by the commands that INFO shows to take the most time. */
export default defineProbe({
  sampled: 'pair',
  allows: [['LATENCY', 'HISTOGRAM']],
  fields: {},
  commands(server, info) {
    if (!atLeast(server.version, '7.0')) return 'LATENCY HISTOGRAM needs Redis 7.0 or newer, or Valkey';
    const names = costliest(info);
    return names.length === 0 ? [] : [['LATENCY', 'HISTOGRAM', ...names]];
  },
  read([reply]) {
    const histograms = new Map<string, Histogram>();
    const words = reply === undefined ? [] : listReply(reply);
    for (let at = 0; at + 1 < words.length; at += 2) {
      const [, calls, , buckets] = listReply(words[at + 1]);
      histograms.set(textReply(words[at]).toLowerCase(), { calls: Number(calls), upTo: pairs(listReply(buckets)) });
    }
    return { histograms };
  },
});

/** The commands that took the most time, sorted by name so that both samples ask the same question. */
function costliest(info: Info): string[] {
  const used: [name: string, usec: number][] = [];
  for (const [name, value] of info.withPrefix('cmdstat_')) {
    const usec = Number(Info.parts(value).get('usec'));
    if (usec > 0 && !LEFT_OUT.test(name)) used.push([name, usec]);
  }
  return used
    .sort(([, one], [, other]) => other - one)
    .slice(0, ASKED)
    .map(([name]) => name)
    .sort();
}

function pairs(flat: readonly unknown[]): Map<number, number> {
  const buckets = new Map<number, number>();
  for (let at = 0; at + 1 < flat.length; at += 2) buckets.set(Number(flat[at]), Number(flat[at + 1]));
  return buckets;
}
