import { expect, test } from 'vitest';
import { carryOn, type Standing, type Standings } from '../../src/domain/standing.ts';

const EVERY = 15_000;
const MINUTE = 60_000;
const PATIENCE = { raiseAfterMs: 2 * MINUTE, everyMs: EVERY };
const ONE = { rule: 'memory-near-maxmemory', node: '10.0.0.1:6379' };

type Seen = 'there' | 'gone' | 'unknown';

function judge(known: readonly Standing[], at: number, seen: Seen): Standings {
  return carryOn(known, { at, found: seen === 'there' ? [ONE] : [], isUnknown: () => seen === 'unknown' }, PATIENCE);
}

/** Judges every 15 s, raises and resolves as `watch` does, and tells when: minutes from the start. */
function run(...spells: readonly [seen: Seen, minutes: number][]): string[] {
  const told: string[] = [];
  let known: readonly Standing[] = [];
  let at = 0;
  for (const [seen, minutes] of spells) {
    for (const end = at + minutes * MINUTE; at < end; at += EVERY) {
      const { all, due, over } = judge(known, at, seen);
      for (const _ of due) told.push(`raised ${at / MINUTE}`);
      for (const _ of over) told.push(`resolved ${at / MINUTE}`);
      known = all.map((one) => {
        if (due.includes(one)) return { ...one, raised: one.since };
        return over.includes(one) ? { ...one, raised: null } : one;
      });
    }
  }
  return told;
}

test.each<[string, [Seen, number][], string[]]>([
  ['one that stays for two minutes is raised, once', [['there', 30]], ['raised 2']],
  [
    'one that is gone before is not',
    [
      ['there', 1.75],
      ['gone', 30],
    ],
    [],
  ],
  [
    'one that comes and goes is not',
    [
      ['there', 1],
      ['gone', 0.25],
      ['there', 1],
      ['gone', 0.25],
      ['there', 1],
    ],
    [],
  ],
  [
    'it is resolved when it is gone for as long',
    [
      ['there', 10],
      ['gone', 10],
    ],
    ['raised 2', 'resolved 12'],
  ],
  [
    'a moment without it is not its end',
    [
      ['there', 10],
      ['gone', 1],
      ['there', 10],
    ],
    ['raised 2'],
  ],
  [
    'what could not be judged is neither there nor gone',
    [
      ['there', 10],
      ['unknown', 60],
    ],
    ['raised 2'],
  ],
  [
    'nor does it stand for having been there',
    [
      ['there', 1],
      ['unknown', 30],
      ['there', 1],
    ],
    [],
  ],
  [
    'the end of one that came back once is believed after four minutes',
    [
      ['there', 3],
      ['gone', 1],
      ['there', 1],
      ['gone', 10],
    ],
    ['raised 2', 'resolved 9'],
  ],
  [
    'one that flaps for long stays raised, and is resolved after sixteen minutes of quiet',
    [
      ...Array.from({ length: 8 }, (): [Seen, number][] => [
        ['there', 3],
        ['gone', 1.75],
      ]).flat(),
      ['gone', 20],
    ],
    ['raised 2', 'resolved 52.25'],
  ],
  [
    'one that comes back after it was resolved is raised again, and its end is believed later',
    [
      ['there', 3],
      ['gone', 5],
      ['there', 3],
      ['gone', 10],
    ],
    ['raised 2', 'resolved 5', 'raised 10', 'resolved 15'],
  ],
  [
    'one that comes back hours later is a new one',
    [
      ['there', 3],
      ['gone', 90],
      ['there', 3],
      ['gone', 5],
    ],
    ['raised 2', 'resolved 5', 'raised 95', 'resolved 98'],
  ],
])('%s', (_what, spells, want) => {
  expect(run(...spells)).toEqual(want);
});

test('what was not raised leaves nothing behind', () => {
  const { all } = judge([], 0, 'there');
  expect(judge(all, EVERY, 'gone').all).toEqual([]);
});

test('one that was not judged for an hour begins anew', () => {
  const first = judge([], 0, 'there').all;
  expect(judge(first, 60 * MINUTE, 'there')).toMatchObject({ due: [], all: [{ since: 60 * MINUTE }] });
  const raised = first.map((one) => ({ ...one, raised: 0 }));
  expect(judge(raised, 60 * MINUTE, 'there')).toMatchObject({ due: [], all: [{ since: 0, raised: 0 }] });
});
