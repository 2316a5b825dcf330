import { defineHostProbe } from '../domain/host-probe.ts';
import { NotAnswered } from '../domain/probe.ts';

/** The first place of the append-only file that cannot be read again. */
export interface Damage {
  file: string;
  /** Everything before this byte is well; undefined in the snapshot at the file's head. */
  soundUpTo?: number;
  /** What the tool says of it. */
  said: string;
}

const CHECKERS = ['redis', 'valkey'] as const;

/**
 * What redis-check-aof says of a small append-only file. Only the tool of the very same build is believed: that of
 * another version calls sound files damaged. It is never asked to mend anything.
 */
export default defineHostProbe({
  sampled: 'pair',
  asks: {
    server: sizeOf('/proc/{pid}/exe'),
    redisTool: sizeOf('/usr/bin/redis-check-aof'),
    valkeyTool: sizeOf('/usr/bin/valkey-check-aof'),
    redis: ['redis-check-aof', '{small_aof}'],
    valkey: ['valkey-check-aof', '{small_aof}'],
  },
  read(answers) {
    const server = answers.need('server');
    const checker = CHECKERS.find((name) => answers.text(`${name}Tool`) === server);
    if (!checker) throw new NotAnswered('the host has no redis-check-aof of the same build as the server');
    return { damage: damageIn(answers.need(checker)) };
  },
});

function sizeOf(path: string): ['stat', ...string[]] {
  return ['stat', '-L', '-c', '%s', path];
}

function damageIn(text: string): Damage | undefined {
  if (/(?:^|\n)(?:All AOF files and manifest are|AOF is) valid\s*$/.test(text)) return undefined;
  const [, file = '', size, sound] =
    [...text.matchAll(/^AOF analyzed: (?:filename=(\S+), )?size=(\d+), ok_up_to=(\d+)/gm)].at(-1) ?? [];
  if (size !== undefined && sound !== undefined && Number(sound) < Number(size)) {
    return { file, soundUpTo: Number(sound), said: /^0x\s*[0-9a-f]+: (.*)$/m.exec(text)?.[1] ?? 'not valid' };
  }
  const snapshot = /^\[offset \d+\] (?!\\o\/|Checksum OK|AUX|Selecting|Checking)(.*)$/m.exec(text)?.[1];
  if (/RDB ERROR DETECTED/.test(text)) return { file, said: snapshot ?? 'the snapshot at its head is damaged' };
  throw new NotAnswered(`redis-check-aof gave no verdict: ${text.trim().split('\n').at(-1) ?? ''}`);
}
