import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { anchorFile, readAnchors } from '../../../src/io/store/anchors.ts';
import { scratchFolder } from '../../support/databases.ts';

const head = (seq: number) => ({ seq, hash: String(seq % 10).repeat(64) });

test('the first head is written at once, those of the next second as one, the last when it is closed', async () => {
  const folder = await scratchFolder();
  const anchors = anchorFile(folder);
  anchors.note(head(1));
  anchors.note(head(2));
  anchors.note(head(3));
  await vi.waitFor(async () => expect(await readAnchors(folder)).toEqual([head(1)]), { timeout: 800 });
  await vi.waitFor(async () => expect(await readAnchors(folder)).toEqual([head(1), head(3)]), { timeout: 3000 });
  anchors.note(head(4));
  await anchors.close();
  expect(await readAnchors(folder)).toEqual([head(1), head(3), head(4)]);
  const text = await readFile(join(folder, 'audit-anchors.log'), 'utf8');
  expect(text.split('\n')[0]).toMatch(/^1 1{64} \d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test('a torn last line is left out, and a missing file has no anchors', async () => {
  const folder = await scratchFolder();
  expect(await readAnchors(folder)).toEqual([]);
  const anchors = anchorFile(folder);
  anchors.note(head(1));
  await anchors.close();
  await appendFile(join(folder, 'audit-anchors.log'), '2 2222');
  expect(await readAnchors(folder)).toEqual([head(1)]);
});

test('a folder that cannot be written does not stop the work', async () => {
  const anchors = anchorFile('/nonexistent/folder');
  anchors.note(head(1));
  await expect(anchors.close()).resolves.toBeUndefined();
});
