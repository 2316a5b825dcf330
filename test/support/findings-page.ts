import type { Rule } from '../../src/domain/rule.ts';
import type { Shelf } from '../../src/domain/shelf.ts';

const TITLES: Readonly<Record<string, string>> = {
  connection: 'Connection',
  memory: 'Memory',
  eviction: 'Eviction and expiry',
  fragmentation: 'Fragmentation',
  clients: 'Clients',
  commands: 'Commands, keys and latency',
  replication: 'Replication',
  persistence: 'Persistence',
  cluster: 'Cluster',
  sentinel: 'Sentinel',
  security: 'Security',
  host: 'Host and kernel',
};

/** docs/findings.md as the loaded rules make it. */
export function findingsPage(rules: Shelf<Rule>, families: ReadonlyMap<string, string>): string {
  const byFamily = Map.groupBy(rules.keys(), (id) => families.get(id) ?? '');
  const known = [...Object.keys(TITLES), ...[...byFamily.keys()].filter((family) => !(family in TITLES)).sort()];
  const sections = known.flatMap((family) => {
    const ids = byFamily.get(family);
    if (!ids) return [];
    const title = TITLES[family] ?? `${family.slice(0, 1).toUpperCase()}${family.slice(1)}`;
    return [`## ${title}\n`, ...ids.map((id) => `- **${id}**: ${rules.get(id)?.more ?? ''}`), ''];
  });
  return `# What redis-medic finds\n\n${rules.size} findings, each named after the bad state. Severity depends on the evidence, on the purpose of the target and on its\nobjectives; thresholds can be set with \`targets.<name>.thresholds\`.\n\n${sections.join('\n')}`;
}
