import { expect, test } from 'vitest';
import { diskFails, diskGuard, whileDiskWorks } from '../../src/domain/disk-guard.ts';
import { readNodes } from '../../src/domain/snapshot.ts';
import { group, lines, type Over, PRIMARY, primary } from '../support/planning.ts';

function serverWith(over: Over = {}) {
  const [node] = readNodes(group([primary(over)]));
  if (!node) throw new Error('no node');
  return node;
}

test.each([
  ['a disk that works', serverWith(), 0, 'no'],
  ['a server that ignores its disk already', serverWith(), 1, 'yes'],
  ['a server that survives by itself', serverWith({ identity: { version: '6.2.14' } }), 1, undefined],
])('%s needs no guard', (_what, node, failed_writes, ignores) =>
  expect(diskGuard(node, { failed_writes }, ignores)).toMatchObject({
    set: [],
    restore: [],
    otherwise: [],
    impact: [],
  }),
);

test('a disk that fails is ignored before the server hands over, and not any more when it is a primary again', () => {
  const guard = diskGuard(serverWith(), { failed_writes: 1 }, 'no');
  if ('refused' in guard) throw new Error(guard.refused);
  const setting = `${PRIMARY}> CONFIG SET replica-ignore-disk-write-errors`;
  expect(lines([...guard.set, ...guard.restore, ...guard.otherwise])).toEqual([
    `${setting} yes`,
    `${setting} no`,
    `${setting} no`,
  ]);
});

test('what cannot be guarded is not handed over', () =>
  expect(diskGuard(serverWith(), { failed_writes: 1 }, undefined)).toMatchObject({
    refused: expect.stringContaining('could not be read'),
  }));

test('nobody hands over to a server whose disk fails', () => {
  expect(diskFails({ failed_writes: 0 })).toBeUndefined();
  expect(diskFails({ failed_writes: 1 })).toContain('refuse writes');
  expect(whileDiskWorks(serverWith())).toEqual({ node: PRIMARY, reading: 'persistence.failed_writes', below: 1 });
});
