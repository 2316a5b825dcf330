import { expect, test } from 'vitest';
import { filesUnder, textOf } from './source-tree.ts';

/** Who opens the connections that can change a server. */
const OPENERS: Readonly<Record<'write' | 'carry', readonly string[]>> = {
  write: ['src/flow/backup/send-to-host.ts', 'src/flow/rehearse/stage.ts', 'src/flow/run/connections.ts'],
  carry: [
    'src/flow/backup/compare-keys.ts',
    'src/flow/backup/keys/put-back.ts',
    'src/flow/rehearse/stage.ts',
    'src/io/kept-keys.ts',
  ],
};

test.each(Object.entries(OPENERS))('%s is opened by what was approved, and nowhere else', (way, files) => {
  const calls = new RegExp(`\\b(?:servers|hosts)\\??\\.${way}\\(`);
  expect(filesUnder('src').filter((file) => calls.test(textOf(file)))).toEqual(files);
});
