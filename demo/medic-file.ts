import { nodeName } from '../src/domain/target.ts';
import { ALEX, INCIDENTS_CHANNEL, RILEY, SAM } from './cast.ts';
import type { Member, Servers } from './fleet/servers.ts';

/** The medic.yml of the demo: what a person would write for these servers. */
export function medicFile({ primary, replicas, orders }: Servers): string {
  const nodes = (...members: Member[]) => `[${members.map(({ server }) => `'${nodeName(server)}'`).join(', ')}]`;
  return `# Written by npm run demo.
targets:
  prod-cache:
    kind: replication
    nodes: ${nodes(primary, ...replicas)}
    purpose: session
    objectives: { expect_replicas: 2, outage_to_survive: 1m }
    memory_limit: 2gb
    owners: [${RILEY}]
    alerts: { labels: { service: prod-cache } }
  prod-orders:
    kind: standalone
    nodes: ${nodes(orders)}
    purpose: store
    memory_limit: 512mb
    owners: [${RILEY}]
    alerts: { labels: { service: prod-orders } }
approvers:
  users: [${ALEX}, ${SAM}]
slack:
  channel: ${INCIDENTS_CHANNEL}
data: ./data
`;
}
