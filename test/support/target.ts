import { TargetName } from '../../src/domain/ids.ts';
import type { Target } from '../../src/domain/target.ts';

/** A target that declares nothing but its seeds. */
export function plainTarget({ seeds = [], ...more }: Partial<Target> = {}): Target {
  return {
    name: TargetName.parse(seeds[0] ? 'live' : 'prod'),
    kind: seeds.length > 1 ? 'replication' : 'standalone',
    seeds: seeds.map(({ host, port }) => ({ host, port })),
    credentials: {},
    objectives: {},
    environment: 'test',
    owners: [],
    alertLabels: {},
    thresholds: {},
    ...more,
  };
}
