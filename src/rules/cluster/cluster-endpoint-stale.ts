import { listed } from '../../domain/cluster-names.ts';
import { isGhost, isLost, type Standing, standings } from '../../domain/cluster-slots.ts';
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
    'back with another IP, a node lost its nodes.conf and with it its id, or it announces 127.0.0.1. Set ' +
    'cluster-announce-ip, -port or -hostname on that node (CONFIG SET works at once); for an id that is no more, send CLUSTER FORGET ' +
    'to every node within 60 s.',
  explains: [
    'cluster-node-failed',
    'cluster-primary-without-replica',
    'cluster-redirect-storm',
    'dependency-unreachable',
    'no-replicas-connected',
    'replica-link-down',
    'replica-never-synced',
  ],
  check: (_all, { snapshot, target }) =>
    judgeCluster(snapshot, (sights) => {
      const all = [...standings(sights.map(({ view }) => view)).values()];
      return [
        ...ghosts(all, snapshot),
        ...moved(all, snapshot),
        ...replaced(all, sights, snapshot),
        ...loopbacks(sights, target.name),
      ];
    }),
});

/** Ids that are left from the past. */
function ghosts(all: readonly Standing[], snapshot: Snapshot): Stale[] {
  return all
    .filter((standing) => isGhost(standing, all))
    .map(({ peer, failedFor, views }) => {
      const heir = peer.address && nodeAt(snapshot, peer.address);
      const where = peer.address
        ? ` at ${nodeName(peer.address)}, where another node lives`
        : ', which has no address any more';
      return {
        node: heir?.name ?? snapshot.target.name,
        severity: 'high',
        headline: `The cluster still counts on node ${peer.id.slice(0, 8)}${where}`,
        evidence: [
          {
            field: `CLUSTER NODES on ${failedFor.length} of ${views} nodes`,
            value: `${peer.id} ${[...peer.flags].join(',')}`,
            expected: 'forgotten: CLUSTER FORGET with this id on every node',
          },
        ],
      };
    });
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
