import { expect, test } from 'vitest';
import { reasonsToFork } from '../../src/domain/forking.ts';

test.each([
  [{ save: '', appendonly: 'no', connectedReplicas: 0 }, []],
  [{ save: '3600 1', appendonly: 'no', connectedReplicas: 0 }, ['snapshots']],
  [
    { save: '3600 1', appendonly: 'yes', connectedReplicas: 2 },
    ['snapshots', 'rewrites of the append-only file', 'full syncs of replicas'],
  ],
])('%j forks for %j', (facts, want) => expect(reasonsToFork(facts)).toEqual(want));
