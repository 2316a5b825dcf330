import { expect, test } from 'vitest';
import { chosenClients, closeCommands, pin, sparedBecause, whoIs } from '../../src/domain/closing-clients.ts';

const one = { id: 7, addr: '10.1.2.3:50000', name: 'app', age: 60, flags: 'N' };

test('only those that may be closed are offered to choose from', () => {
  const all = [
    one,
    { ...one, id: 8, flags: 'S' },
    { ...one, id: 9, flags: 'M' },
    { ...one, id: 10, name: 'redis-medic' },
  ];
  expect(chosenClients(all, undefined, (closable) => closable)).toEqual([one]);
  expect(sparedBecause({ flags: 'N', name: 'sentinel-0a1b2c3d-pubsub' })).toBe('a Sentinel');
});

test('what was pinned must still be the connection that was seen', () => {
  const choose = () => [];
  expect(chosenClients([{ ...one, age: 61 }], pin([one]), choose)).toHaveLength(1);
  for (const other of [
    { ...one, age: 59 },
    { ...one, addr: '10.1.2.3:1' },
    { ...one, id: 8 },
  ]) {
    expect(chosenClients([other], pin([one]), choose)).toMatchObject({ refused: expect.stringContaining('no longer') });
  }
  expect(chosenClients([{ ...one, flags: 'S' }], pin([one]), choose)).toMatchObject({
    refused: 'client 7 is the link of a replica',
  });
});

test('by id alone, with an address that is shortened for people', () => {
  expect(closeCommands('a:1', [one])).toEqual([{ node: 'a:1', argv: ['CLIENT', 'KILL', 'ID', '7'], applied: [] }]);
  expect(whoIs(one)).toBe('Client 7, 10.1.2.x:50000 (app)');
});
