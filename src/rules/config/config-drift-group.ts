import type { Evidence } from '../../domain/finding.ts';
import { replicaLimit } from '../../domain/output-buffer.ts';
import { headOf } from '../../domain/replication-graph.ts';
import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readingOf } from '../../domain/snapshot.ts';
import { bytes } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';
import memoryConfig from '../../probes/memory-config.ts';
import persistenceConfig from '../../probes/persistence-config.ts';
import replicationConfig from '../../probes/replication-config.ts';
import tuningConfig from '../../probes/tuning-config.ts';

/** Share of the replica's limit that the primary's data would fill at once. */
const FULL = 0.8;
const SHOWN = 8;

export default defineRule({
  scope: 'node',
  needs: { memory, memoryConfig, persistenceConfig, replicationConfig, tuningConfig },
  latent: true,
  more:
    'This member is set up otherwise than its primary, so the deployment behaves otherwise after a failover: it may evict, refuse writes, drop replicas or lose its data at a restart. ' +
    'Usually a setting was changed at runtime on one server only. ' +
    'Decide which value is right, set it on every member with CONFIG SET, and write it into their configuration.',
  check({ memory: { now: own } }, { node, snapshot }) {
    const head = headOf(snapshot, node);
    if (head === node) return;
    const [here, there] = [settingsOf(node), settingsOf(head)];
    const differing = Object.keys(there).filter((name) => differs(name, here[name], there[name]));
    if (differing.length === 0) return;
    const harm = harmOf(node, head, own.effective);
    return {
      // A difference alone breaks nothing; it does when this member is promoted with what the primary holds now.
      severity: harm ? 'warning' : 'info',
      headline:
        harm ??
        `${node.name} is set up otherwise than ${head.name}: ${differing.slice(0, 3).join(', ')}${differing.length > 3 ? ' …' : ''}`,
      evidence: differing.slice(0, SHOWN).map(
        (name): Evidence => ({
          field: name,
          value: here[name] ?? '',
          expected: `${there[name]}, as on ${head.name}`,
        }),
      ),
    };
  },
});

/** What must be alike; undefined where a version lacks it. What a member only needs as a replica, or only for itself, is not here. */
function settingsOf(node: ReadNode): Readonly<Record<string, string | undefined>> {
  const limits = readingOf(node, memoryConfig).now;
  const stream = readingOf(node, replicationConfig).now;
  const durability = readingOf(node, persistenceConfig).now;
  const buffer = replicaLimit(limits.client_output_buffer_limit ?? '');
  return {
    maxmemory: String(limits.maxmemory),
    'maxmemory-policy': limits.maxmemory_policy,
    'client-output-buffer-limit replica': buffer && `${buffer.hard} ${buffer.soft} ${buffer.softSeconds}`,
    'repl-backlog-size': text(stream.repl_backlog_size),
    'repl-timeout': text(stream.repl_timeout),
    persistence: durability.save === '' && durability.appendonly === 'no' ? 'none' : 'on',
    ...Object.fromEntries(
      Object.entries(readingOf(node, tuningConfig).now).map(([name, value]) => [
        name.replaceAll('_', '-'),
        text(value),
      ]),
    ),
  };
}

/** Saving on a replica only is how many spare their primary the fork; the other way round a failover ends it. */
function differs(name: string, here: string | undefined, there: string | undefined): boolean {
  if (here === undefined || there === undefined || here === there) return false;
  return name !== 'persistence' || there === 'on';
}

/** What would go wrong at once if this member were promoted; a replica that is over its limit already is another finding. */
function harmOf(node: ReadNode, head: ReadNode, used: number): string | undefined {
  const [own, theirs] = [readingOf(node, memoryConfig).now, readingOf(head, memoryConfig).now];
  const { maxmemory: limit } = own;
  const tighter = limit > 0 && (theirs.maxmemory === 0 || limit < theirs.maxmemory);
  const load = readingOf(head, memory).now.effective;
  if (tighter && load > limit * FULL && used < limit) {
    return `${node.name} has a maxmemory of ${bytes(limit)} and would be full at once if it were promoted: ${head.name} holds ${bytes(load)}`;
  }
  const evicts = (policy: string) => policy.startsWith('allkeys-');
  if (limit > 0 && evicts(own.maxmemory_policy) && !evicts(theirs.maxmemory_policy)) {
    return `${node.name} would delete keys under ${own.maxmemory_policy} if it were promoted; ${head.name} keeps them under ${theirs.maxmemory_policy}`;
  }
  return undefined;
}

function text(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
