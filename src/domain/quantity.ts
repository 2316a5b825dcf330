const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `500ms`, `2s`, `10m`, `1.5h`, `1d` -> milliseconds; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  return scaled(text, /^(\d+(?:\.\d+)?) ?(ms|s|m|h|d)$/, MILLISECONDS);
}

// As redis.conf counts: k is 1000, kb is 1024. KiB and its like are 1024 everywhere.
const POWERS = ['', 'k', 'm', 'g', 't'] as const;
const BYTES: Readonly<Record<string, number>> = Object.fromEntries(
  POWERS.flatMap((letter, power) => [
    [letter, 1000 ** power],
    [`${letter}b`, 1024 ** power],
    ...(letter === '' ? [] : [[`${letter}ib`, 1024 ** power]]),
  ]),
);

/** `2gb`, `512mb`, `1.5GiB`, `1048576` -> bytes; undefined when it is none. */
export function parseSize(text: string): number | undefined {
  return scaled(text.toLowerCase(), /^(\d+(?:\.\d+)?) ?([kmgt]?(?:i?b)?)$/, BYTES);
}

const BITS: Readonly<Record<string, number>> = { kbit: 1000, mbit: 1000 ** 2, gbit: 1000 ** 3 };

/** `500mbit`, `10gbit`, `12.5 gbit` -> bits a second; undefined when it is none. */
export function parseBitRate(text: string): number | undefined {
  return scaled(text.toLowerCase(), /^(\d+(?:\.\d+)?) ?([kmg]bit)$/, BITS);
}

function scaled(text: string, shape: RegExp, units: Readonly<Record<string, number>>): number | undefined {
  const [, amount, unit = ''] = shape.exec(text.trim()) ?? [];
  const factor = units[unit];
  return amount === undefined || factor === undefined ? undefined : Math.round(Number(amount) * factor);
}
