import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { playbooksPage } from '../support/playbooks-page.ts';
import { textOf } from './source-tree.ts';

const PAGE = 'docs/playbooks.md';

test('docs/playbooks.md tells every playbook (UPDATE=1 vitest run test/house/playbooks-page.test.ts writes it)', async () => {
  const units = await loadShelves();
  const page = playbooksPage(await loadPlaybooks(units), units.actions);
  if (process.env.UPDATE === '1') writeFileSync(new URL(`../../${PAGE}`, import.meta.url), page);
  expect(textOf(PAGE)).toBe(page);
});
