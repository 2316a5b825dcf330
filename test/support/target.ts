import { TargetName } from '../../src/domain/ids.ts';
import type { Address, Target } from '../../src/domain/target.ts';

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

/** The store of carts that stories are told of: no key may be evicted, and its machine has 1 GiB for it. */
export function cartStore(seeds: readonly Address[], more: Partial<Target> = {}): Target {
  return plainTarget({
    name: TargetName.parse('prod-carts'),
    kind: 'replication',
    seeds,
    purpose: 'session',
    environment: 'production',
    memoryLimitBytes: 1024 ** 3,
    ...more,
  });
}
