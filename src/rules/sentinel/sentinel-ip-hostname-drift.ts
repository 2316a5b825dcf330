import { defineRule, type Found } from '../../domain/rule.ts';
import { type Testimony, testimonies } from '../../domain/sentinel.ts';
import { isLoopback, sameAddress } from '../../domain/snapshot.ts';
import { type Address, nodeName } from '../../domain/target.ts';
import sentinelMaster from '../../probes/sentinel-master.ts';
import sentinelPeers from '../../probes/sentinel-peers.ts';
import sentinelReplicas, { type WatchedReplica } from '../../probes/sentinel-replicas.ts';

/** The group is announced by names and by numbers at once, or a server is on the list as its own replica. */
export default defineRule({
  scope: 'target',
  needs: { sentinelMaster, sentinelReplicas, sentinelPeers },
  more:
    'Sentinel compares addresses letter by letter: a server that is known by a name here and by an IP address there is two ' +
    'servers for it, and after a failover clients are sent to an address that may be gone. Let every server announce itself ' +
    'by name (replica-announce-ip, sentinel announce-ip) with resolve-hostnames and announce-hostnames set, or none of them.',
  latent: true,
  explains: ['sentinel-stale-entries'],
  check(_all, { snapshot }) {
    const masters = testimonies(snapshot, sentinelMaster);
    const replicas = testimonies(snapshot, sentinelReplicas);
    const peers = snapshot.sentinels.length > 0 ? testimonies(snapshot, sentinelPeers) : [];
    const servers = [
      ...masters.map(({ now }) => now.address),
      ...replicas.flatMap(({ now }) => now.map(({ address }) => address)),
    ];
    const others = peers.flatMap(({ now }) => now.peers.map(({ address }) => address));
    const found = [
      ...mixed('The servers', servers),
      ...mixed('The Sentinels', others),
      ...masters.flatMap((master) => ownReplica(master, replicas.find(({ by }) => by === master.by)?.now ?? [])),
    ];
    const [first] = found;
    return first ? [{ ...first, node: snapshot.target.name, evidence: found.flatMap(({ evidence }) => evidence) }] : [];
  },
});

function mixed(what: string, addresses: readonly (Address | undefined)[]): Found[] {
  const known = addresses.filter((address) => address !== undefined).filter(({ host }) => !isLoopback(host));
  const numbers = [...new Set(known.filter(({ host }) => isNumeric(host)).map(nodeName))];
  const names = [...new Set(known.filter(({ host }) => !isNumeric(host)).map(nodeName))];
  if (numbers.length === 0 || names.length === 0) return [];
  return [
    {
      severity: 'warning',
      headline: `${what} are known by names and by IP addresses at once: ${names[0]} and ${numbers[0]}`,
      evidence: [
        { field: `${what.toLowerCase()} by name`, value: names.join(', '), expected: 'all of them, or none' },
        { field: `${what.toLowerCase()} by IP address`, value: numbers.join(', '), expected: 'none, or all of them' },
      ],
    },
  ];
}

function isNumeric(host: string): boolean {
  return host.includes(':') || /^[\d.]+$/.test(host);
}

function ownReplica(
  { by, now: master }: Testimony<{ address: Address; runId: string }>,
  replicas: readonly WatchedReplica[],
): Found[] {
  const itself = replicas.find(
    ({ address, runId }) =>
      (runId !== '' && runId === master.runId) || (address && sameAddress(address, master.address)),
  );
  if (!itself) return [];
  return [
    {
      severity: 'warning',
      headline: `${by.name} lists the primary ${nodeName(master.address)} as a replica of itself (${itself.name})`,
      evidence: [{ field: `SENTINEL REPLICAS at ${by.name}`, value: itself.name, expected: 'replicas only' }],
    },
  ];
}
