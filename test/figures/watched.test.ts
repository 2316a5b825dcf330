import { expect, test } from 'vitest';
import watched from '../../src/figures/watched.ts';
import { scene } from '../support/scene.ts';

const nodes = [{ readings: [] }];

test('a server with a history has been watched since its first point', () => {
  const point = { at: 1_800_000_000_000 - 3_600_000, runId: 'r', role: 'primary' as const, values: {} };
  const [told] = watched.tell(scene({ nodes, series: { '127.0.0.1:6379': [point] } }));
  expect(told).toMatchObject({ said: 'watched for 60 min', ok: true });
});

test('without one it is not known whether anybody looks', () => {
  expect(watched.tell(scene({ nodes }))).toMatchObject([
    { unassessed: expect.stringContaining('nothing is recorded') },
  ]);
});
