import { expect, test } from 'vitest';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { loadShelves } from '../../src/io/shelves.ts';

const shelves = await loadShelves();
const playbooks = await loadPlaybooks(shelves);

test('every shipped playbook names real rules and actions, and its guards compile', () => {
  expect(playbooks.size).toBeGreaterThanOrEqual(11);
});

test('every action is used by a playbook', () => {
  const used = new Set(
    [...playbooks.values()].flatMap(({ playbook }) =>
      playbook.steps.flatMap((step) => ('action' in step ? [step.action] : [])),
    ),
  );
  expect([...shelves.actions.keys()].filter((id) => !used.has(id))).toEqual([]);
});

test.each([...playbooks.keys()])('%s is for people: one line of title, a summary that ends in a full stop', (id) => {
  const playbook = playbooks.get(id)?.playbook;
  expect(playbook?.title).not.toMatch(/[\n.]/);
  expect(playbook?.summary).toMatch(/\.$/);
});
