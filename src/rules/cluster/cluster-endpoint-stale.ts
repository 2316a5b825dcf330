import { type ClusterPeer, everybody, isMember } from '../../domain/cluster.ts';
import { listed } from '../../domain/cluster-names.ts';
import { isLost, type Standing, standings } from '../../domain/cluster-slots.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { isLoopback, nodeAt, type Snapshot, sameAddress } from '../../domain/snapshot.ts';
import { type Address, nodeName } from '../../domain/target.ts';
import clusterNodes, { judgeCluster, type Sight } from '../../probes/cluster-nodes.ts';

type Stale = Found & { node: string };

const ANNOUNCE = 'cluster-announce-ip, -port and -hostname that lead to it from everywhere';

/** Addresses in the cluster that do not lead to the node that they stand for. */
export default defineRule({
  scope: 'target',
  needs: { clusterNodes },
  more:
    'Nodes and clients find each other by the addresses that the cluster announces, and this one is wrong: a container or pod came ' +
    'back with another IP, a node lost its nodes.conf and joined again under a new id, or it announces 127.0.0.1. Set ' +
    'cluster-announce-ip, -port or -hostname on that node (CONFIG SET works at once); for an id that is no more, send CLUSTER FORGET ' +
    'to every node within 60 s.',
  explains: ['cluster-node-failed', 'dependency-unreachable', 'cluster-redirect-storm'],
  check: (_all, { snapshot, target }) =>
    judgeCluster(snapshot, (sights) => {
      const all = [...standings(sights.map(({ view }) => view)).values()];
      return [
        ...shared(sights, snapshot),
        ...moved(all, snapshot),
        ...replaced(all, sights, snapshot),
        ...loopbacks(sights, target.name),
      ];
    }),
});

/** Two ids at one address, in the view of one node: one of them is a ghost. */
function shared(sights: readonly Sight[], snapshot: Snapshot): Stale[] {
  const found = new Map<string, Stale>();
  for (const { view } of sights) {
    const members = everybody(view).filter((peer) => isMember(peer) && peer.address !== undefined);
    for (const [name, peers] of Map.groupBy(members, ({ address }) => (address ? nodeName(address) : ''))) {
      if (peers.length > 1 && !found.has(name)) found.set(name, ghosts(name, peers, snapshot));
    }
  }
  return [...found.values()];
}

function ghosts(address: string, peers: readonly ClusterPeer[], snapshot: Snapshot): Stale {
  const [first] = peers;
  return {
    node: (first?.address && nodeAt(snapshot, first.address)?.name) ?? snapshot.target.name,
    severity: 'high',
    headline: `${peers.length} node ids share the address ${address}: all but one are left from the past`,
    evidence: peers.map(({ id, flags }) => ({
      field: `id ${id.slice(0, 8)}`,
      value: [...flags].join(','),
      expected: flags.has('fail') ? 'forgotten (CLUSTER FORGET on every node)' : 'the only one at this address',
    })),
  };
}

/** A node that lives, while its peers look for it in vain at an address that it had before. */
function moved(all: readonly Standing[], snapshot: Snapshot): Stale[] {
  return all.flatMap((standing): Stale[] => {
    const { peer, views } = standing;
    const node = snapshot.nodes.find(({ seat }) => seat?.id === peer.id);
    if (node?.kind !== 'read' || !peer.address || !isLost(snapshot, standing)) return [];
    const known = [node.address, ...(node.aliases ?? [])];
    if (known.some((address) => sameAddress(address, peer.address ?? address))) return [];
    return [
      {
        node: node.name,
        severity: 'high',
        headline: `The cluster looks for ${node.name} at ${nodeName(peer.address)}, where it is not`,
        evidence: [
          {
            field: `CLUSTER NODES of ${views} nodes`,
            value: `${nodeName(peer.address)} ${[...peer.flags].join(',')}`,
            expected: node.name,
          },
          ...(node.seat?.announced
            ? [
                {
                  field: 'it announces',
                  value: `${nodeName(node.seat.announced.address)}: ${node.seat.announced.detail}`,
                  expected: ANNOUNCE,
                },
              ]
            : []),
        ],
      },
    ];
  });
}

/** A node that answers where its peers look for another. */
function replaced(all: readonly Standing[], sights: readonly Sight[], snapshot: Snapshot): Stale[] {
  const known = new Set(all.map(({ peer }) => peer.id));
  return sights.flatMap(({ node, view }): Stale[] => {
    const { id } = view.myself;
    const wanted = all.find(
      ({ peer }) => peer.address !== undefined && nodeAt(snapshot, peer.address) === node && peer.id !== id,
    );
    if (!wanted || known.has(id)) return [];
    return [
      {
        node: node.name,
        severity: 'high',
        headline: `At ${node.name}, where the cluster looks for node ${wanted.peer.id.slice(0, 8)}, answers one that it does not know`,
        evidence: [
          {
            field: 'CLUSTER MYID',
            value: id.slice(0, 8),
            expected: `${wanted.peer.id.slice(0, 8)}, as ${wanted.views} nodes have it`,
          },
          { field: 'nodes that it knows', value: String(view.others.length + 1), expected: `${all.length}` },
        ],
      },
    ];
  });
}

/** 127.0.0.1 leads everybody else to themselves. */
function loopbacks(sights: readonly Sight[], target: string): Stale[] {
  const wrong = sights.filter(({ node, view }) => {
    const announced: Address | undefined = view.myself.address;
    return announced !== undefined && isLoopback(announced.host) && !isLoopback(node.address.host);
  });
  const [first, ...others] = wrong;
  if (!first) return [];
  return [
    {
      node: others.length === 0 ? first.node.name : target,
      severity: 'high',
      headline: `${wrong.length} of ${sights.length} nodes announce a loopback address, which sends every client to its own machine`,
      evidence: [
        {
          field: 'announced',
          value: first.view.myself.address ? nodeName(first.view.myself.address) : '',
          expected: `${first.node.name}: ${ANNOUNCE}`,
        },
        ...(others.length > 0
          ? [{ field: 'nodes', value: listed(wrong.map(({ node }) => node.name)), expected: '' }]
          : []),
      ],
    },
  ];
}
