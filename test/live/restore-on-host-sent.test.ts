import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Sent } from '../../src/flow/ports.ts';
import { ENGINES } from '../support/engines.ts';
import {
  type Accident,
  AOF,
  digest,
  info,
  keptAccident,
  meddle,
  on,
  restore,
  SNAPSHOTS,
  through,
  undo,
} from '../support/host-accident.ts';
import { NO_SERVICE } from '../support/service.ts';

const [INSTALLED] = ENGINES;
const SOME = ENGINES.filter(
  ({ engine }) => engine === 'installed' || (process.env.LAB === 'all' && engine === 'redis-8.0'),
);
const LOST: Sent = { kind: 'unknown', why: 'the connection to the host was lost' };

/** What a restore has made beside the data of a server. */
function beside({ service }: Accident): string[] {
  return readdirSync(service.data).filter((name) => /^(medic|before|restored)-/.test(name));
}

/** As much of a stream as a connection carries before it is cut. */
async function* cutAfter(input: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  for await (const piece of input) {
    yield piece.subarray(0, bytes);
    throw new Error('the connection was cut');
  }
}

describe.runIf(NO_SERVICE === undefined)(
  'a backup that redis-medic keeps is sent to the machine and restored there',
  () => {
    test.each(SOME.map((engine, at) => ({ name: engine.engine, engine, settings: at === 0 ? AOF : SNAPSHOTS })))(
      'on $name: it is there, and the undo leaves nothing of it',
      async ({ engine, settings }) => {
        const scene = await keptAccident(engine, settings);
        const { service, remedy, backup, good, bad } = scene;
        const done = await restore(remedy, { backup: backup.id });
        expect([done.run.state, done.run.verdict, done.run.note]).toEqual(['finished', 'verified', expect.any(String)]);
        expect(await digest(service)).toBe(good);
        expect(done.rows.find(({ label }) => label.includes('backup send'))?.reply).toMatch(
          /sent; length and SHA-256 are the same on the machine/,
        );
        await service.restart();
        expect(await digest(service)).toBe(good);
        const undone = await undo(remedy, done);
        expect([undone.run.state, undone.run.note, await digest(service)]).toEqual([
          'finished',
          expect.any(String),
          bad,
        ]);
        expect(beside(scene)).toEqual([expect.stringMatching(/^restored-/)]);
      },
      180_000,
    );

    test('cut off half way there is never half a file under its name, and the next attempt starts over', async () => {
      const scene = await keptAccident(INSTALLED, SNAPSHOTS);
      const { service, remedy, works, good } = scene;
      const before = await info(service, 'run_id');
      // The connection drops, and comes back: what had arrived is removed.
      let left: string[] = [];
      on(
        remedy,
        through(service.hosts, (send) => async (command, input) => {
          const sent = await send(command, input && cutAfter(input, 1000));
          if (input) left = beside(scene);
          return sent;
        }),
        works,
      );
      const dropped = await restore(remedy);
      expect(dropped.run).toMatchObject({
        state: 'failed',
        note: expect.stringMatching(/was cut.*way back was sent/s),
      });
      expect([left, beside(scene)]).toEqual([['medic-incoming.part'], []]);

      // Nothing more gets through, not even the way back.
      let gone = false;
      on(
        remedy,
        through(service.hosts, (send) => async (command, input) => {
          if (gone) return LOST;
          gone = input !== undefined;
          return send(command, input && cutAfter(input, 1000));
        }),
        works,
      );
      const died = await restore(remedy);
      expect(died.run).toMatchObject({ note: expect.stringContaining('The way back did not work') });
      expect(beside(scene)).toEqual(['medic-incoming.part']);
      expect(await info(service, 'run_id')).toBe(before);

      on(remedy, service.hosts, works);
      const done = await restore(remedy);
      expect([done.run.state, await digest(service)]).toEqual(['finished', good]);
      expect(beside(scene)).toEqual([expect.stringMatching(/^before-/)]);
    }, 180_000);

    test('what arrives as something else is not taken, and neither is a file that was changed where it is kept', async () => {
      const scene = await keptAccident(INSTALLED, SNAPSHOTS);
      const { service, remedy, works, backup, bad } = scene;
      const before = await info(service, 'run_id');
      async function* flipped(input: AsyncIterable<Uint8Array>) {
        for await (const piece of input) {
          const other = Buffer.from(piece);
          other[200] = (other[200] ?? 0) ^ 0xff;
          yield other;
        }
      }
      on(
        remedy,
        through(service.hosts, (send) => (command, input) => send(command, input && flipped(input))),
        works,
      );
      const { run } = await restore(remedy);
      expect(run).toMatchObject({
        state: 'failed',
        note: expect.stringMatching(/its SHA-256 on the machine is .*, not/),
      });
      on(remedy, service.hosts, works);
      writeFileSync(join(works.folder, `${backup.id}.rdb`), Buffer.alloc(backup.bytes, 1));
      const changed = await restore(remedy, { backup: backup.id });
      expect(changed.run).toMatchObject({ state: 'failed', note: expect.stringContaining('is broken') });
      expect(beside(scene)).toEqual([]);
      expect([await info(service, 'run_id'), await digest(service)]).toEqual([before, bad]);
    }, 180_000);

    test('a run that stops before the server is stopped leaves a copy that the undo removes', async () => {
      const scene = await keptAccident(INSTALLED, SNAPSHOTS);
      const { service, remedy, works, bad } = scene;
      on(
        remedy,
        meddle(
          service.hosts,
          (command) => command.includes('/usr/bin/mkdir'),
          async (send) => {
            const sent = await send();
            await service.send('CONFIG', 'SET', 'save', '');
            return sent;
          },
        ),
        works,
      );
      const done = await restore(remedy);
      expect(done.run).toMatchObject({ state: 'failed', note: expect.stringContaining('the servers changed') });
      expect(beside(scene)).toHaveLength(2);
      const undone = await undo(remedy, done);
      expect([undone.run.state, beside(scene), await digest(service)]).toEqual(['finished', [], bad]);
    }, 180_000);
  },
);
