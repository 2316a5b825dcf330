import { z } from 'zod';
import { defineAction, type KeySign, type PlannedCommand } from '../domain/action.ts';
import { expiryBackSign, expirySign } from '../domain/keys/key-signs.ts';
import {
  aboutKeys,
  Database,
  describeKey,
  keyNames,
  type NamedKey,
  seenKeys,
  showKey,
} from '../domain/keys/named-keys.ts';
import { watch } from '../domain/replication-group.ts';
import { bytes, duration } from '../domain/units.ts';
import clock from '../probes/clock.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** One command a key: more than a person reads through are for the application. */
const MOST = 20;
const MINUTE = 60;

/** Gives keys by name a time after which they are deleted. */
export default defineAction({
  args: z.strictObject({
    keys: keyNames(MOST),
    db: Database,
    seconds: z
      .number()
      .int()
      .min(MINUTE)
      .max(365 * 86_400),
  }),
  needs: [clock, replication, server],
  sends: [['PEXPIRE'], ['PEXPIREAT'], ['PERSIST'], ['SELECT'], ['TYPE'], ['PTTL'], ['MEMORY', 'USAGE']],
  risks: ['destructive'],
  asks: (args, scene) => aboutKeys(scene, args),
  plan(args, scene) {
    const { keys, db, seconds } = args;
    const ms = seconds * 1000;
    const seen = seenKeys(scene, args);
    if ('refused' in seen) return seen;
    const missing = seen.find(({ type }) => type === 'none');
    if (missing) return { refused: `there is no key ${showKey(missing.key)}${db > 0 ? ` in database ${db}` : ''}` };
    const sooner = seen.find(({ ttlMs }) => ttlMs !== null && ttlMs <= ms);
    if (sooner) {
      return { refused: `${describeKey(sooner)} would live longer than it does now: leave it out` };
    }
    const on = (
      { home, key }: NamedKey,
      [head, ...words]: readonly [string, ...string[]],
      sign: KeySign,
    ): PlannedCommand => ({
      node: home.name,
      ...(db > 0 && { db }),
      argv: [head, key, ...words],
      applied: [],
      signs: [sign],
    });
    const total = seen.reduce((sum, key) => sum + key.bytes, 0);
    return {
      args: { keys, db, seconds },
      commands: seen.map((key) => on(key, ['PEXPIRE', String(ms)], expirySign(key, ms))),
      // The moment by the server's own clock, as the undo may come hours later.
      undo: seen.map((key) => {
        const before = key.ttlMs;
        const now = scene.read(clock, key.home).epochSeconds * 1000;
        const back =
          before === null ? (['PERSIST'] as const) : (['PEXPIREAT', String(Math.round(now) + before)] as const);
        return on(key, back, expiryBackSign(key, ms));
      }),
      impact: [
        `In ${duration(seconds)} ${seen.length === 1 ? 'this key is' : 'these keys are'} deleted, with ${bytes(total)}: ${seen.map(describeKey).join(', ')}.`,
        'Until then nothing changes for readers. A SET of the application without KEEPTTL takes the expiry away again.',
        'Undo restores the expiry of now for keys that are still there; it brings none back that has expired.',
      ],
      risk: 'destructive',
      watches: [...new Set(seen.map(({ home }) => home))].flatMap((home) => watch(home)),
    };
  },
});
