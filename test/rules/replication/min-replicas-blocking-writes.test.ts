import { expect, test } from 'vitest';
import errorStats from '../../../src/probes/error-stats.ts';
import replication from '../../../src/probes/replication.ts';
import replicationConfig from '../../../src/probes/replication-config.ts';
import rule from '../../../src/rules/replication/min-replicas-blocking-writes.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each([
  ['fewer good replicas than required', 'master', 1, 2, 0, 'critical'],
  ['as many as required', 'master', 2, 2, 0, 'clear'],
  ['writes refused in between', 'master', 2, 2, 1, 'critical'],
  ['not in use', 'master', undefined, 0, 0, 'clear'],
  ['held back by one parameter only, which does nothing', 'master', undefined, 2, 0, 'clear'],
  ['a replica', 'slave', 0, 2, 0, 'clear'],
])('%s', (_sentence, role, good, wanted, refused, want) => {
  const readings = [
    saw(replication, { role, min_slaves_good_slaves: good }),
    saw(replicationConfig, { min_replicas_to_write: wanted }),
    saw(errorStats, { counts: new Map([['NOREPLICAS', 4 + refused]]) }, { counts: new Map([['NOREPLICAS', 4]]) }),
  ];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});
