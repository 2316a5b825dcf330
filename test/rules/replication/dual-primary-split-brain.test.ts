import { expect, test } from 'vitest';
import type { Kind } from '../../../src/domain/target.ts';
import persistence from '../../../src/probes/persistence.ts';
import replication from '../../../src/probes/replication.ts';
import serverProbe from '../../../src/probes/server.ts';
import rule from '../../../src/rules/replication/dual-primary-split-brain.ts';
import { server } from '../../support/links.ts';
import { type ReadSketch, said, saw, scene } from '../../support/scene.ts';

const [X, Y, NONE] = ['x'.repeat(40), 'y'.repeat(40), '0'.repeat(40)];

interface Row {
  replid: string;
  replid2?: string;
  /** Changes since the last save that were added between the samples; undefined for a single look. */
  changes?: number | undefined;
  uptime?: number;
  follows?: string;
  origin?: ReadSketch['origin'];
  mode?: 'standalone' | 'cluster';
}

function node(name: string, row: Row): ReadSketch {
  const { replid, replid2 = NONE, uptime = 999, follows, origin = 'seed', mode = 'standalone' } = row;
  const changes = 'changes' in row ? row.changes : 0;
  const link = { role: follows ? 'slave' : 'master', master_replid: replid, master_replid2: replid2 };
  const disk = (count: number) => ({ rdb_changes_since_last_save: count });
  const sketch = server(name, follows, [
    changes === undefined ? saw(replication, link) : saw(replication, link, link),
    changes === undefined ? saw(persistence, disk(5)) : saw(persistence, disk(5 + changes), disk(5)),
    saw(serverProbe, { uptime_in_seconds: uptime }),
  ]);
  return { ...sketch, origin, identity: { ...sketch.identity, mode } };
}

function answer(one: Row, other: Row, kind: Kind = 'replication'): string {
  return said(rule, scene({ target: { kind }, nodes: [node('a:1', one), node('b:1', other)] }));
}

const OLD = { replid: X };
const PROMOTED = { replid: Y, replid2: X };

test.each<[string, Row, Row, Kind, string]>([
  ['both take writes', { ...OLD, changes: 1 }, { ...PROMOTED, changes: 1 }, 'replication', 'critical'],
  ['one takes writes', { ...OLD, changes: 1 }, PROMOTED, 'replication', 'high'],
  [
    'a single look cannot tell',
    { ...OLD, changes: undefined },
    { ...PROMOTED, changes: undefined },
    'replication',
    'high',
  ],
  ['the old one has just come back', { ...OLD, uptime: 29 }, { ...PROMOTED, changes: 1 }, 'replication', 'info'],
  [
    'it came back and takes writes',
    { ...OLD, uptime: 29, changes: 1 },
    { ...PROMOTED, changes: 1 },
    'replication',
    'critical',
  ],
  ['both come from a third', { replid: Y, replid2: X }, { replid: NONE, replid2: X }, 'sentinel', 'high'],
  ['no common history, but named as one group', OLD, { replid: Y }, 'replication', 'warning'],
  ['no common history, both take writes', { ...OLD, changes: 1 }, { replid: Y, changes: 1 }, 'replication', 'critical'],
  [
    'no common history, of servers on their own',
    { ...OLD, changes: 1 },
    { replid: Y, changes: 1 },
    'standalone',
    'clear',
  ],
  ['a common history of nothing', { replid: X, replid2: NONE }, { replid: Y, replid2: NONE }, 'standalone', 'clear'],
  ['a primary and its replica', OLD, { replid: X, follows: 'a:1' }, 'replication', 'clear'],
  ['shards of a cluster', { ...OLD, mode: 'cluster' }, { replid: Y, mode: 'cluster' }, 'cluster', 'clear'],
])('%s', (_sentence, one, other, kind, want) => {
  expect(answer(one, other, kind)).toBe(want);
});

test('the promoted one carries the finding, and both are named', () => {
  const nodes = [node('a:1', { ...PROMOTED, changes: 3 }), node('b:1', { ...OLD, changes: 3 })];
  expect(rule.assess('x', scene({ target: { kind: 'replication' }, nodes }))).toMatchObject([
    { node: 'a:1', headline: 'a:1 and b:1 are both primaries of one dataset, and both take writes' },
  ]);
});

test('replicas that were named as one group and follow different primaries give both of them away', () => {
  const reported = (by: string) => ({ reportedBy: by, as: 'primary' }) as const;
  const nodes = [
    node('a:1', { replid: X, origin: reported('r:1') }),
    node('b:1', { replid: Y, origin: reported('s:1') }),
    node('r:1', { replid: X, follows: 'a:1' }),
    node('s:1', { replid: Y, follows: 'b:1' }),
  ];
  expect(said(rule, scene({ target: { kind: 'replication' }, nodes }))).toBe('warning');
  const stranger = node('s:1', { replid: Y, follows: 'b:1', origin: reported('r:1') });
  expect(said(rule, scene({ target: { kind: 'replication' }, nodes: [...nodes.slice(0, 3), stranger] }))).toBe('clear');
});
