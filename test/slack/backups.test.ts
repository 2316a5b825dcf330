import { expect, test } from 'vitest';
import type { KeptBackups } from '../../src/domain/backup.ts';
import { TargetName } from '../../src/domain/ids.ts';
import type { Ports } from '../../src/flow/ports.ts';
import { redis } from '../../src/slack/commands/redis.ts';
import { BROKEN, backupOf, kept, READ } from '../support/backup.ts';
import { TAKEN_AT } from '../support/scene.ts';
import { plainTarget } from '../support/target.ts';

const SHOP = TargetName.parse('shop');

async function said(text: string, known?: KeptBackups): Promise<string> {
  const ports = {
    targets: new Map([[SHOP, plainTarget({ name: SHOP })]]),
    clock: { now: () => TAKEN_AT },
    ...(known && { ledger: { of: async () => known } }),
  } as unknown as Ports;
  const asked = { ports, by: 'U0RILEY00' as never, show: async () => true, link: () => undefined };
  return (await redis(text, asked)).text.markup;
}

test('the newest come first, each with its state', async () => {
  const known = kept(backupOf({}, 1), backupOf({ verification: READ }, 3), backupOf({ verification: BROKEN }, 26));
  expect(await said('backups shop', known)).toBe(
    [
      '*3 backups of shop*, in the folder /backups',
      '• `bak_20270115-080100-abc123` 60 min ago, 1000 keys, 64 MiB, of 10.0.0.1:6379: verified',
      '• `bak_20270115-080300-abc123` 3 h ago, 1000 keys, 64 MiB, of 10.0.0.1:6379: read through, no server has loaded it',
      '• `bak_20270115-082600-abc123` 26 h ago, 1000 keys, 64 MiB, of 10.0.0.1:6379: BROKEN',
    ].join('\n'),
  );
});

test('of many the newest ten', async () => {
  const many = Array.from({ length: 13 }, (_one, at) => backupOf({}, at + 1));
  expect(await said('backups shop', kept(...many))).toMatch(/\n… and 3 older ones$/);
});

test('where there is none, and where none can be', async () => {
  expect(await said('backups shop', kept())).toBe('There is no backup of *shop* in the folder /backups.');
  expect(await said('backups shop')).toContain('No place for backups is set up');
  expect(await said('backups shpo', kept())).toContain('/redis backups shop');
});
