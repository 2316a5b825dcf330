import { printable } from '../../domain/printable.ts';

/** What a server said before it gave a file up, and what that means: whether the file is why. */
const REASONS: readonly [RegExp, string, boolean][] = [
  [/Can't handle (?:foreign )?RDB format version/i, 'it does not read this version of the format', false],
  [
    /module data I can't load|module.*no matching module|no matching module type/i,
    'the file holds data of a module that it does not have',
    false,
  ],
  [/Out Of Memory|Cannot allocate memory/i, 'this machine has not enough memory for it', false],
  [/Wrong RDB checksum|RDB CRC error/i, 'the checksum of the file does not fit', true],
  [/Wrong signature trying to load/i, 'the file is no RDB', true],
  [/Short read|Unexpected EOF|Premature EOF/i, 'the file ends too early', true],
];

/** Why a scratch server ended while it loaded. */
export function whyEnded(log: string, signal: NodeJS.Signals | null): { because: string; corrupt: boolean } {
  const said = lastComplaint(log);
  const known = REASONS.find(([pattern]) => pattern.test(log));
  if (known) return { because: `${known[1]}${said}`, corrupt: known[2] };
  // Without a word: the kernel, when memory is short, or a person.
  if (signal === 'SIGKILL')
    return { because: 'it was killed while it loaded the file, as when memory runs out', corrupt: false };
  return { because: `it gave the file up while loading it${said}`, corrupt: true };
}

function lastComplaint(log: string): string {
  const lines = log.split('\n').filter((line) => / # |\[offset \d+\]|error/i.test(line));
  const line = lines.find(
    (each) => /rdb|load|memory|module|checksum|signature|read/i.test(each) && !/overcommit/i.test(each),
  );
  return line === undefined
    ? ''
    : `; it said: ${printable(line.replace(/^\d+:\w \d+ \w+ \d+ [\d:.]+ [#*.-] /, '').slice(0, 200))}`;
}
