import { z } from 'zod';
import { CommandLoad } from './command-load.ts';
import { Finding, Unassessed } from './finding.ts';
import { KeySample } from './keys/key-sample.ts';

export const VERDICTS = ['healthy', 'warning', 'critical', 'unreachable', 'unassessed'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const ReportedNode = z.object({
  name: z.string(),
  role: z.enum(['primary', 'replica', 'sentinel', 'unknown']),
  engine: z.enum(['redis', 'valkey', 'unknown']),
  engineVersion: z.string(),
  reachable: z.boolean(),
  /** In a cluster, the slots that its shard serves: `0-5460`. */
  slots: z.string().optional(),
});
export type ReportedNode = z.infer<typeof ReportedNode>;

/** One diagnosis of one target. Findings: roots first, each followed by the symptoms that it explains. */
export const Report = z.object({
  target: z.string(),
  verdict: z.enum(VERDICTS),
  takenAt: z.number(),
  tookMs: z.number(),
  /** Between the two samples that rates were taken from, the longest of all nodes; absent without a pair. */
  windowSeconds: z.number().optional(),
  nodes: z.array(ReportedNode),
  findings: z.array(Finding),
  unassessed: z.array(Unassessed),
  /** What commands cost, server by server; absent where nothing was seen, and in reports of older versions. */
  commands: z.array(CommandLoad).optional(),
  /** What a sample of the keys of each group has shown; only where one was asked for. */
  keys: z.array(KeySample).optional(),
  /** Playbooks that answer a finding and cannot be used here now, with the reason; only in an incident. */
  notOffered: z.array(z.object({ playbook: z.string(), finding: z.string(), because: z.string() })).optional(),
});
export type Report = z.infer<typeof Report>;

/** Exit status of `redis-medic diagnose`: a contract that scripts rely on. */
export const EXIT: Readonly<Record<Verdict, number>> = {
  healthy: 0,
  warning: 1,
  critical: 2,
  unreachable: 3,
  unassessed: 3,
};

/** The JSON contract of the command line, version 1. */
export function reportJson(report: Report): object {
  return {
    version: 1,
    target: report.target,
    verdict: report.verdict,
    took_ms: report.tookMs,
    ...(report.windowSeconds !== undefined && { window_s: report.windowSeconds }),
    nodes: report.nodes.map((node) => ({
      name: node.name,
      role: node.role,
      engine: node.engine,
      engine_version: node.engineVersion,
      reachable: node.reachable,
      ...(node.slots !== undefined && { slots: node.slots }),
    })),
    findings: report.findings.map((finding) => ({
      id: finding.id,
      severity: finding.severity,
      node: finding.node,
      headline: finding.headline,
      evidence: finding.evidence,
      more: finding.more,
      explains: finding.explains,
      explained_by: finding.explainedBy,
      ...(finding.explainedOn !== undefined && { explained_by_node: finding.explainedOn }),
      ...(finding.competing && { competing: finding.competing }),
      playbooks: finding.playbooks,
    })),
    unassessed: report.unassessed,
    ...(report.commands && { commands: report.commands.map(loadJson) }),
    ...(report.keys && { keys: report.keys.map(keysJson) }),
  };
}

function loadJson(load: CommandLoad): object {
  return {
    node: load.node,
    seconds: load.seconds,
    busiest: load.busiest.map(({ p50Ms, p99Ms, ...command }) => ({ ...command, p50_ms: p50Ms, p99_ms: p99Ms })),
    log_seconds: load.logSeconds,
    slow: load.slow.map(({ totalMs, maxMs, ...calls }) => ({ ...calls, total_ms: totalMs, max_ms: maxMs })),
    large: load.large.map(({ totalBytes, maxBytes, ...calls }) => ({
      ...calls,
      total_bytes: totalBytes,
      max_bytes: maxBytes,
    })),
  };
}

function keysJson({ families, biggest, streams, tookMs, mustExpire, ...sample }: KeySample): object {
  return {
    ...sample,
    took_ms: tookMs,
    must_expire: mustExpire,
    biggest: biggest.map(({ ttlMs, ...key }) => ({ ...key, ...(ttlMs !== undefined && { ttl_ms: ttlMs }) })),
    families: families.map(({ withoutTtl, ttlKnown, smallStrings, ...family }) => ({
      ...family,
      without_ttl: withoutTtl,
      ttl_known: ttlKnown,
      small_strings: smallStrings,
    })),
    streams: streams.map(({ idleGroups, idleSeconds, ...stream }) => ({
      ...stream,
      idle_groups: idleGroups,
      idle_seconds: idleSeconds,
    })),
  };
}
