import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { risksOf } from '../../src/domain/playbook-risk.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { loadShelves } from '../../src/io/shelves.ts';

/** Playbooks that may destroy data or change who has which role, and that nothing dies in the middle of, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  'abort-failover': 'ends a hand-over before anybody has another role; test/chaos/failover.test.ts dies in one',
  'host-accept-queue': 'one setting of the kernel, which destroys nothing',
  'host-huge-pages': 'one setting of the kernel, which destroys nothing',
  'host-kernel-settings': 'one setting of the kernel, which destroys nothing',
  'host-swappiness': 'one setting of the kernel, which destroys nothing',
};

/** What gives a server another role, or slots another owner. */
const ROLES = /^(REPLICAOF|FAILOVER|SENTINEL (FAILOVER|RESET)|CLUSTER (FAILOVER|REPLICATE|FORGET|SETSLOT|ADDSLOTS))\b/;

const shelves = await loadShelves();
const playbooks = await loadPlaybooks(shelves);

/** As the tables name them; to load one would run it. */
const folder = new URL('../chaos/', import.meta.url);
const tried = new Set(
  readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => [...readFileSync(new URL(file, folder), 'utf8').matchAll(/^ {4}playbook: '([a-z-]+)',$/gm)])
    .map(([, id = '']) => id),
);

test('whatever may destroy data or changes roles is carried out while everything dies, or it says why not', () => {
  const dangerous = [...playbooks.values()].filter(({ playbook }) => {
    const actions = playbook.steps.flatMap((step) => ('action' in step ? [shelves.actions.get(step.action)] : []));
    const destroys = risksOf(playbook, shelves.actions).some((risk) => risk === 'destructive' || risk === 'host');
    return destroys || actions.some((action) => action?.sends.some((head) => ROLES.test(head.join(' '))));
  });
  const missing = dangerous.map(({ id }) => id).filter((id) => !tried.has(id) && WITHOUT[id] === undefined);
  expect(missing, 'add a case to test/chaos, or above why there is none').toEqual([]);
});

test('nothing stands there that is not needed', () => {
  expect(Object.keys(WITHOUT).filter((id) => tried.has(id) || !playbooks.has(id))).toEqual([]);
  expect([...tried].filter((id) => !playbooks.has(id))).toEqual([]);
});
