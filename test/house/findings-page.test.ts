import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadShelves } from '../../src/io/shelves.ts';
import { findingsPage } from '../support/findings-page.ts';
import { textOf } from './source-tree.ts';

const PAGE = 'docs/findings.md';

test('docs/findings.md tells every finding (UPDATE=1 vitest run test/house/findings-page.test.ts writes it)', async () => {
  const { rules, families } = await loadShelves();
  const page = findingsPage(rules, families);
  if (process.env.UPDATE === '1') writeFileSync(new URL(`../../${PAGE}`, import.meta.url), page);
  expect(textOf(PAGE)).toBe(page);
});
