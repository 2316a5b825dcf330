import { expect, test } from 'vitest';
import { remedyClassOf } from '../../src/domain/remedy-class.ts';
import { loadShelves } from '../../src/io/shelves.ts';

test('every command that an action sends is of a class, so that a login can be made for it', async () => {
  const { actions } = await loadShelves();
  const without = [...actions].flatMap(([id, { sends }]) =>
    sends
      .filter((command) => remedyClassOf(command) === undefined)
      .map((command) => `${id} sends ${command.join(' ')}`),
  );
  expect(without).toEqual([]);
});

test('what must never be sent has none', () => {
  for (const command of [
    ['FLUSHALL'],
    ['SHUTDOWN'],
    ['DEBUG', 'SLEEP'],
    ['MODULE', 'LOAD'],
    ['KEYS'],
    ['MONITOR'],
  ] as const) {
    expect(remedyClassOf(command)).toBeUndefined();
  }
});
