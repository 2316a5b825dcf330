import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockFolder } from '../../../src/io/store/folder-lock.ts';
import { scratchFolder } from '../../support/databases.ts';

test('a folder is locked once, and free again after', async () => {
  const folder = await scratchFolder();
  const unlock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'store-locked' });
  await expect(lockFolder(folder)).rejects.toThrow(
    /in use by process \d+: .*Stop that process first \(also to list, export or verify the audit trail\)/,
  );
  await unlock();
  await expect(stat(join(folder, 'lock'))).rejects.toThrow('ENOENT');
  await (await lockFolder(folder))();
});

test.each([
  { lock: '1 99999999999', of: 'a pid that another process has now' },
  { lock: '4194305', of: 'a pid that nobody has' },
  { lock: '', of: 'nobody: a crash came between making and writing it' },
])('the lock of $of is taken over', async ({ lock }) => {
  const folder = await scratchFolder();
  await writeFile(join(folder, 'lock'), lock);
  const unlock = await lockFolder(folder);
  expect(await readFile(join(folder, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid}\\b`));
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'store-locked' });
  await unlock();
});
