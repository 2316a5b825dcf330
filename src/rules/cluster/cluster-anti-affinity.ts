import { listed } from '../../domain/cluster-names.ts';
import type { Evidence } from '../../domain/finding.ts';
import { defineRule } from '../../domain/rule.ts';
import { isLoopback, type Node, readingIfAny, type Snapshot } from '../../domain/snapshot.ts';
import clusterNodes, { judgeCluster } from '../../probes/cluster-nodes.ts';
import server from '../../probes/server.ts';

/** With more than half of the primaries a host takes the majority with it, and nobody elects replicas. */
const MAJORITY = 0.5;

/** One host or zone whose loss takes a whole shard, or the majority of the primaries. */
export default defineRule({
  scope: 'target',
  needs: { clusterNodes, server },
  latent: true,
  more:
    'Replicas protect against the loss of a host only when they stand on another one, and the cluster can fail over only while ' +
    'more than half of its primaries live. Move replicas so that no shard has all its nodes on one host: add a replica elsewhere ' +
    'with CLUSTER REPLICATE, wait until it is in sync, then remove the old one or let CLUSTER FAILOVER swap the two.',
  check: (_all, { snapshot, target }) =>
    judgeCluster(snapshot, () => {
      const hosts = new Map(snapshot.nodes.map((node) => [node, node.address.host.toLowerCase()]));
      const rows = [
        ...shardsIn(snapshot, hosts, 'host'),
        ...shardsIn(snapshot, zonesOf(snapshot), 'zone'),
        ...majority(snapshot, hosts),
      ];
      if (rows.length === 0) return [];
      const machine = [...hosts.values()].every(isLoopback);
      return [
        {
          node: target.name,
          severity: machine ? 'info' : 'warning',
          headline: machine
            ? 'The whole cluster runs on one machine, so that nothing survives its loss'
            : `The loss of one ${rows[0]?.kind} would take ${rows[0]?.takes}`,
          evidence: rows.slice(0, 6).map(({ kind: _kind, takes: _takes, ...evidence }) => evidence),
        },
      ];
    }),
});

interface Row extends Evidence {
  kind: 'host' | 'zone';
  takes: string;
}

/** Shards whose nodes are all in one place; in zones only where the cluster has more than one to choose from. */
function shardsIn(snapshot: Snapshot, places: ReadonlyMap<Node, string>, kind: Row['kind']): Row[] {
  if (kind === 'zone' && new Set(places.values()).size < 2) return [];
  const shards = Map.groupBy(
    [...places.keys()].filter(({ seat }) => seat !== undefined),
    ({ seat }) => seat?.shard,
  );
  const rows = [...shards.values()].flatMap((nodes): Row[] => {
    const [place, ...others] = new Set(nodes.map((node) => places.get(node)));
    const members = snapshot.nodes.filter(({ seat }) => seat?.shard === nodes[0]?.seat?.shard);
    if (place === undefined || others.length > 0 || nodes.length < 2 || members.length > nodes.length) return [];
    const primary = nodes.find(({ seat }) => seat?.role === 'primary') ?? nodes[0];
    return [
      {
        field: `shard of ${primary?.name}`,
        value: `all ${nodes.length} nodes in ${kind} ${place}`,
        expected: `a replica in another ${kind}`,
        kind,
        takes: '',
      },
    ];
  });
  const takes = rows.length === 1 ? 'a whole shard' : `${rows.length} whole shards`;
  return rows.map((row) => ({ ...row, takes }));
}

/** The zones of those that say where they are; Valkey 8.0 and newer. */
function zonesOf(snapshot: Snapshot): Map<Node, string> {
  return new Map(
    snapshot.nodes.flatMap((node) => {
      const zone = node.kind === 'read' ? readingIfAny(node, server)?.now.availability_zone : undefined;
      return zone ? [[node, zone]] : [];
    }),
  );
}

function majority({ nodes }: Snapshot, hosts: ReadonlyMap<Node, string>): Row[] {
  const primaries = nodes.filter(({ seat }) => seat?.role === 'primary' && seat.slots.length > 0);
  if (primaries.length < 3) return [];
  return [...Map.groupBy(primaries, (node) => hosts.get(node))].flatMap(([host, there]): Row[] => {
    if (there.length <= primaries.length * MAJORITY) return [];
    return [
      {
        field: `primaries on ${host}`,
        value: `${there.length} of ${primaries.length}: ${listed(there.map(({ name }) => name))}`,
        expected: 'at most half',
        kind: 'host',
        takes: `${there.length} of ${primaries.length} primaries, the majority`,
      },
    ];
  });
}
