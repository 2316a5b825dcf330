import { expect, test } from 'vitest';
import { keysFor, roomForKeys } from '../../src/domain/keys-back.ts';
import { readNodes } from '../../src/domain/snapshot.ts';
import { backupOf } from '../support/backup.ts';
import { GIB, group, MIB, primary } from '../support/planning.ts';

const BACKUP = backupOf({ usedMemory: 1000 * MIB });
const [node] = readNodes(group([primary()]));
if (!node) throw new Error('no node');
const LIMIT = { bytes: 4 * GIB, from: 'memory limit in medic.yml', certain: true, enforced: true, sharedBy: [node] };
const ROOM = { wanted: 1000, there: 1000, used: GIB, maxmemory: 0, policy: 'noeviction', limit: LIMIT };

function room(over: Partial<Parameters<typeof roomForKeys>[2]>) {
  return roomForKeys(node as NonNullable<typeof node>, BACKUP, { ...ROOM, ...over });
}

test('outside a cluster all keys are wanted; in one those of the slots, where they were counted', () => {
  expect(keysFor(BACKUP, undefined)).toBe(1000);
  expect(keysFor(BACKUP, [{ from: 0, to: 100 }])).toBeUndefined();
  expect(keysFor(backupOf({ slots: '99:1,2,3' }), [{ from: 0, to: 100 }])).toBe(3);
});

test.each<[string, Parameters<typeof room>[0], string]>([
  ['all fits', {}, 'It uses 1 GiB of memory, and up to 1000 MiB more when all keys are missing.'],
  ['it may not fit', { maxmemory: 1.5 * GIB }, 'With all of it maxmemory (1.5 GiB) would be exceeded'],
  ['it is evicted', { maxmemory: 1.5 * GIB, policy: 'allkeys-lfu' }, 'is evicted (allkeys-lfu), other keys among it'],
  ['there is a limit', {}, 'It stops when the server uses 3.6 GiB of the 4 GiB that it may use'],
])('%s', (_sentence, over, told) => {
  const answer = room(over);
  expect('impact' in answer && answer.impact.join(' ')).toContain(told);
});

test.each<[string, Parameters<typeof room>[0], string]>([
  ['maxmemory', { there: 0, maxmemory: 1.5 * GIB }, 'writes would be refused (OOM)'],
  ['the limit', { there: 0, used: 3 * GIB }, 'it is filled up to 3.6 GiB at the most'],
])('what certainly does not fit is refused: %s', (_sentence, over, because) => {
  expect(room(over)).toMatchObject({ refused: expect.stringContaining(because) });
});

test('where nobody knows a limit there is none to stop at', () => {
  expect(room({ limit: undefined })).not.toHaveProperty('ceiling');
});
