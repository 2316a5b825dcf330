import { expect, test } from 'vitest';
import { type Reply, ReplyError } from '../../../../src/domain/command.ts';
import { ConnectionLost } from '../../../../src/domain/connection-lost.ts';
import type { Ground } from '../../../../src/flow/backup/keys/ground.ts';
import { type Existing, Shipment } from '../../../../src/flow/backup/keys/shipment.ts';
import { Tally } from '../../../../src/flow/backup/keys/tally.ts';

const OK = () => 'OK';

/** A server that answers as said, and a shipment for it. */
function world(
  answer: (command: readonly string[]) => Reply,
  existing: Existing = 'replace',
  same: boolean | undefined = true,
) {
  const sent: string[] = [];
  const moved: string[] = [];
  const tally = new Tally();
  const shipment = new Shipment({
    carrier: {
      async send(commands) {
        sent.push(...commands.map((words) => words.slice(0, 3).map(String).join(' ')));
        return { replies: commands.map((words) => answer(words.slice(0, 2).map(String))), tookMs: 1 };
      },
      close() {},
    },
    rdb: { holdTheSame: () => same },
    ground: { moved: (name: Buffer) => void moved.push(String(name)) } as unknown as Ground,
    tally,
    existing,
  });
  const add = (name: string, over = {}) =>
    shipment.add({ database: 0, name: Buffer.from(name), kind: 'string', size: 1, payload: Buffer.from('p'), ...over });
  return { sent, moved, tally, shipment, add };
}

test('what is there is asked about first, until most is missing; then RESTORE itself tells', async () => {
  const answer = ([name, key]: readonly string[]): Reply => {
    const there = key === 'there';
    if (name === 'EXISTS') return there ? 1 : 0;
    if (name === 'DUMP') return null;
    return there ? new ReplyError('BUSYKEY Target key name already exists.') : 'OK';
  };
  const { sent, tally, shipment, add } = world(answer, 'keep');
  for (const name of ['there', 'a', 'b']) add(name, { expiresAt: 7 });
  await shipment.send();
  for (const name of ['there', 'c']) add(name);
  await shipment.send();
  expect(sent).toEqual([
    'EXISTS there',
    'EXISTS a',
    'EXISTS b',
    'RESTORE a 7',
    'DUMP a',
    'RESTORE b 7',
    'RESTORE there 0',
    'DUMP there',
    'RESTORE c 0',
  ]);
  expect([tally.restored, tally.kept, tally.readBack]).toEqual([3, 2, 0]);
  expect([shipment.keys, shipment.bytes]).toEqual([0, 0]);
});

test.each(['MOVED 7 10.0.0.9:6379', 'ASK 7 10.0.0.9:6379', 'TRYAGAIN Multiple keys request during rehashing of slot'])(
  '%s is counted and not followed',
  async (line) => {
    const { moved, tally, shipment, add } = world(([, key]) => (key === 'a' ? new ReplyError(line) : 'OK'));
    add('a');
    add('b');
    expect(await shipment.send()).toEqual({ sent: 2, tookMs: 1 });
    expect([tally.moved, tally.restored, moved]).toEqual([1, 1, ['a']]);
  },
);

test.each([
  'CLUSTERDOWN The cluster is down',
  "READONLY You can't write against a read only replica.",
  'MISCONF Redis is configured to save RDB snapshots',
  'NOPERM this user has no permissions',
  'ERR DUMP payload version or checksum are wrong',
])('%s stops it, and the rest of the batch is counted all the same', async (line) => {
  const { tally, shipment, add } = world(([, key]) => (key === 'a' ? new ReplyError(line) : 'OK'));
  add('a');
  add('b');
  expect((await shipment.send()).stop).toBe(`"a" was refused: ${line.replace(/\.$/, '')}`);
  expect(tally.restored).toBe(1);
});

test('an answer that did not come leaves the batch open, and says so', async () => {
  const { shipment, add } = world(() => {
    throw new ConnectionLost('hung', 'no answer in time');
  });
  add('a');
  add('b');
  expect((await shipment.send()).stop).toBe('no answer (no answer in time): of the last 2 keys some may be there');
});

test('keys that are read back and are not the same are no accident when they are many', async () => {
  const { tally, shipment, add } = world(([name]) => (name === 'DUMP' ? 'other' : 'OK'), 'replace', false);
  const stops: (string | undefined)[] = [];
  for (const name of ['a', 'b', 'c']) {
    add(name);
    stops.push((await shipment.send()).stop);
  }
  expect(stops).toEqual([
    undefined,
    undefined,
    '3 of 3 keys that were read back do not hold what is in the file, such as "c"',
  ]);
  expect(tally.different).toBe(3);
  // Fields that expire by themselves are no ground for doubt.
  const fleeting = world(([name]) => (name === 'DUMP' ? 'other' : 'OK'), 'replace', false);
  fleeting.add('h', { payload: Buffer.of(25, 1) });
  await fleeting.shipment.send();
  expect(fleeting.sent).toEqual(['RESTORE h 0']);
});

test('a library is kept or replaced, and a database that is not there is told', async () => {
  const exists = () => new ReplyError("ERR Library 'medic' already exists");
  const keep = world(exists, 'keep');
  expect(await keep.shipment.library(Buffer.from('l'))).toBeUndefined();
  expect([keep.tally.librariesKept, keep.sent]).toEqual([1, ['FUNCTION RESTORE l']]);
  expect(await world(exists).shipment.library(Buffer.from('l'))).toContain('a library of functions was refused');
  const replace = world(OK);
  await replace.shipment.library(Buffer.from('l'));
  expect(replace.tally.libraries).toBe(1);
  const { shipment, sent } = world(() => new ReplyError('ERR DB index is out of range'));
  expect(await shipment.use(0)).toBeUndefined();
  expect(await shipment.use(9)).toBe('database 9 cannot be used: ERR DB index is out of range');
  expect(sent).toEqual(['SELECT 9']);
});
