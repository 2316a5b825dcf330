import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Finding, Severity } from '../../src/domain/finding.ts';
import { foldSymptoms } from '../../src/flow/fold-symptoms.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { causesPage } from '../support/causes-page.ts';
import { scene } from '../support/scene.ts';
import { textOf } from './source-tree.ts';

const PAGE = 'docs/causes.md';

const { rules } = await loadShelves();

/** A primary, its replica, and a Sentinel that watches them. */
const NODES = { p: '10.0.0.1:6379', r: '10.0.0.2:6379', s: '10.0.1.1:26379' };
const SNAPSHOT = scene({
  nodes: [
    { name: NODES.p, readings: [] },
    { name: NODES.r, role: 'replica', readings: [], identity: { primary: { host: '10.0.0.1', port: 6379 } } },
  ],
  sentinels: [{ name: NODES.s, readings: [] }],
});

/** `id`, `id@r`, with `!` critical and `?` warning; else high. */
function found(sketch: string): Finding {
  const [, id = '', mark, where] = /^([a-z0-9-]+)([!?]?)(?:@([prs]))?$/.exec(sketch) ?? [];
  const rule = rules.get(id);
  if (!rule) throw new Error(`no rule ${id}`);
  const severity: Severity = mark === '!' ? 'critical' : mark === '?' ? 'warning' : 'high';
  const node = NODES[(where ?? 'p') as keyof typeof NODES];
  const blank = { headline: '', evidence: [], more: '', playbooks: [], explainedBy: null };
  return { ...blank, id, severity, node, explains: [...rule.explains] };
}

function fold(sketches: readonly string[]): Finding[] {
  return foldSymptoms(sketches.map(found), SNAPSHOT, (id) => rules.get(id)?.tells);
}

test.each([
  ['a full disk', 'disk-space-low? rdb-bgsave-failing! misconf-writes-blocked! error-rate-spike?'],
  [
    'a full disk, up to the replica',
    'disk-space-low rdb-bgsave-failing! misconf-writes-blocked! replica-link-down@r no-replicas-connected min-replicas-blocking-writes!',
  ],
  [
    'a full disk below the append-only file',
    'disk-space-low aof-write-error! misconf-writes-blocked! sentinel-master-down!@s',
  ],
  ['a fork that the kernel refuses', 'overcommit-disabled fork-failing! rdb-bgsave-failing! misconf-writes-blocked!'],
  ['rewrites that fail fill the disk', 'fork-failing! aof-rewrite-failing aof-size-runaway?'],
  [
    'an append-only file that nobody rewrites',
    'aof-size-runaway? disk-space-low rdb-bgsave-failing! misconf-writes-blocked!',
  ],
  [
    'a dead primary',
    'dependency-unreachable! replica-link-down@r no-replicas-connected? min-replicas-blocking-writes!',
  ],
  ['a primary that hangs', 'node-hung! sentinel-master-down!@s'],
  ['a script without an end', 'lua-script-blocking! replica-link-down@r'],
  ['a huge key', 'big-key? bulk-read-misuse slow-commands-present command-latency-p99-high?'],
  ['a huge key that is deleted', 'big-key big-key-delete-blocking? slow-commands-present command-latency-p99-high?'],
  ['large replies', 'big-key large-replies? network-saturated replica-lag-bytes?'],
  [
    'a server in swap',
    'maxmemory-exceeds-host swap-in-use fragmentation-below-one-swap fork-slow? event-loop-saturated?',
  ],
  ['no limit at all', 'maxmemory-unset rss-near-memory-limit! oom-kill-observed! recent-restart?'],
  ['huge pages', 'thp-active? fork-slow event-loop-saturated?'],
  ['a throttled container', 'cpu-steal-throttle? fast-command-spikes slow-commands-present'],
  ['a slow disk', 'disk-latency-high? aof-fsync-delayed event-loop-saturated?'],
  ['rewrites without a pause', 'aof-rewrite-too-frequent? disk-latency-high? aof-fsync-delayed event-loop-saturated?'],
  [
    'somebody who watches every command',
    'monitor-client-attached client-output-buffer-bloat overhead-dominates-maxmemory oom-noeviction-writes-rejected! memory-near-maxmemory?',
  ],
  ['a slow subscriber', 'pubsub-slow-consumer? client-output-buffer-bloat client-eviction-active?'],
  [
    'a replica that is slow',
    'replica-output-buffer-near-limit overhead-dominates-maxmemory eviction-active-cache-thrash? low-hit-ratio?',
  ],
  [
    'a buffer too small for a full sync',
    'replica-obl-config-too-small? replica-full-resync-loop! replica-link-down@r no-replicas-connected?',
  ],
  ['keys that expire at once', 'expiry-storm? expire-backlog-stale? memory-near-maxmemory?'],
  ['a cache key that everybody wants', 'hot-key-suspected engine-cpu-saturated event-loop-saturated?'],
  ['clients that never stay', 'connection-churn? maxclients-near connections-rejected!'],
  ['a limit of files', 'nofile-low? maxclients-capped-by-ulimit? maxclients-near? connections-rejected!'],
  ['a switched-off backlog', 'replica-link-down@r no-replicas-connected? repl-backlog-freed?'],
  ['a cluster that lost a primary', 'cluster-node-failed! cluster-slots-uncovered! cluster-state-fail!'],
  ['an address that is wrong', 'cluster-endpoint-stale cluster-node-failed! cluster-slots-uncovered!'],
  ['a group of Sentinels that is too small', 'sentinel-too-few? sentinel-ckquorum-failed@s'],
])('%s: %s', (_what, chain) => {
  const links = chain.split(' ');
  const ids = links.map((link) => found(link).id);
  // However the findings come in, they leave as one chain, each under the one before.
  const told = fold(links.toReversed());
  expect(told.map(({ id, explainedBy }) => [id, explainedBy])).toEqual(ids.map((id, at) => [id, ids[at - 1] ?? null]));
});

test.each([
  [
    'a dead primary and a disk of the replica',
    'dependency-unreachable! replica-link-down@r disk-space-low@r',
    'dependency-unreachable disk-space-low',
  ],
  [
    'slow commands and a full disk',
    'slow-commands-present disk-space-low rdb-bgsave-failing!',
    'disk-space-low slow-commands-present',
  ],
  ['a full cache and a refused login', 'memory-near-maxmemory? auth-failures', 'auth-failures memory-near-maxmemory'],
  [
    'slow commands and a slow disk',
    'slow-commands-present disk-latency-high?',
    'slow-commands-present disk-latency-high',
  ],
])('%s have nothing to do with each other: %s', (_what, sketches, roots) => {
  const told = fold(sketches.split(' ')).filter(({ explainedBy }) => explainedBy === null);
  expect(told.map(({ id }) => id)).toEqual(roots.split(' '));
});

test.each([
  ['slow commands', 'dangerous-commands-in-use! swap-in-use slow-commands-present'],
  ['slow commands', 'cpu-steal-throttle? bulk-read-misuse? slow-commands-present?'],
  ['a busy loop', 'disk-latency-high? cpu-steal-throttle? event-loop-saturated?'],
  ['a full core', 'hot-key-suspected connection-churn? engine-cpu-saturated?'],
  ['a full core', 'expiry-storm? monitor-client-attached engine-cpu-saturated?'],
  ['a save that fails', 'disk-space-low! fork-failing! rdb-bgsave-failing!'],
  ['refused writes', 'rdb-bgsave-failing! aof-write-error! misconf-writes-blocked!'],
  ['memory', 'keys-without-ttl-in-cache? client-output-buffer-bloat memory-near-maxmemory?'],
  ['resident memory', 'maxmemory-unset? fragmentation-allocator-high? rss-near-memory-limit!'],
  ['a link', 'misconf-writes-blocked! network-saturated? replica-link-down@r'],
  ['connections', 'idle-connection-leak? connection-churn? maxclients-near?'],
])('two causes of %s compete: %s', (_what, sketches) => {
  const [symptom, ...causes] = sketches
    .split(' ')
    .map((sketch) => found(sketch).id)
    .toReversed();
  const told = fold(sketches.split(' ')).find(({ id }) => id === symptom);
  expect(told?.competing?.map(({ id }) => id).toSorted()).toEqual(causes.toSorted());
});

test.each([
  ['one cause comes of the other', 'swap-in-use fork-slow? event-loop-saturated?'],
  ['both come of one root', 'disk-space-low! rdb-bgsave-failing! aof-write-error! misconf-writes-blocked!'],
  [
    'both come of one root that is farther away',
    'maxmemory-exceeds-host swap-in-use rss-near-memory-limit! oom-kill-observed!',
  ],
])('nothing competes where %s: %s', (_why, sketches) => {
  expect(fold(sketches.split(' ')).filter(({ competing }) => competing)).toEqual([]);
});

test('what tells a cause is one sentence, of a rule that is a cause', () => {
  const odd = [...rules].filter(
    ([, { tells, explains }]) =>
      tells !== undefined && (!/^[^.]\S.*\.$/.test(tells) || tells.length > 200 || explains.length === 0),
  );
  expect(odd.map(([id]) => id)).toEqual([]);
});

test('docs/causes.md tells what explains what (UPDATE=1 vitest run test/house/explains.test.ts writes it)', () => {
  const page = causesPage(rules);
  if (process.env.UPDATE === '1') writeFileSync(new URL(`../../${PAGE}`, import.meta.url), page);
  expect(textOf(PAGE)).toBe(page);
});

test('no two rules claim each other', () => {
  const mutual = [...rules].flatMap(([id, { explains }]) =>
    explains
      .filter((other) => id < other && rules.get(other)?.explains.includes(id))
      .map((other) => `${id} and ${other}`),
  );
  expect(mutual).toEqual([]);
});

test('a rule names each symptom once', () => {
  const twice = [...rules].filter(([, { explains }]) => new Set(explains).size < explains.length);
  expect(twice.map(([id]) => id)).toEqual([]);
});
