import { coverage, type KeySample } from '../../domain/keys/key-sample.ts';
import { printable } from '../../domain/printable.ts';
import { bytes, duration, percent } from '../../domain/units.ts';
import { columns, wrap } from './layout.ts';
import type { Paint } from './terminal.ts';

const FAMILIES_SHOWN = 10;
const STREAMS_SHOWN = 5;

/** What a sample of the keys has shown: what is large, which families there are, what never expires. */
export function renderKeys(sample: KeySample, { paint, width }: { paint: Paint; width: number }): string[] {
  const title = `${paint('bold', `Keys of ${printable(sample.node)}`)}: ${coverage(sample)}`;
  return [
    ...wrap(title, width),
    ...section('Types', types(sample)),
    ...section('Families', families(sample)),
    ...section('Biggest', biggest(sample)),
    ...section('Streams', streams(sample)),
    ...section(
      'Used most',
      sample.hottest.slice(0, 5).map(({ family, frequency }) => [family, `frequency ${frequency}`]),
    ),
    ...(sample.idle && sample.idle.keys > 0 ? [`  Not used for a day: ${sample.idle.keys} keys`] : []),
    ...(sample.denied.length > 0 ? [`  Not allowed, so not told: ${sample.denied.join(', ')}`] : []),
  ];
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  return [
    `  ${title}`,
    ...columns(rows.map((row) => row.map((cell) => printable(cell)))).map((line) => `    ${line.trimEnd()}`),
  ];
}

function types({ types, encodings }: KeySample): string[][] {
  return types.map(({ type, keys, bytes: size }) => {
    const how = encodings.filter((one) => one.type === type).map((one) => `${one.encoding} ${one.keys}`);
    return [type, `${keys} keys`, about(size), how.join(', ')];
  });
}

function families({ families }: KeySample): string[][] {
  return families
    .slice(0, FAMILIES_SHOWN)
    .map(({ family, keys, bytes: size, withoutTtl, ttlKnown, smallStrings }) => [
      family,
      `${keys} keys`,
      about(size),
      ttlKnown === 0 ? 'expiry not known' : `${percent(withoutTtl / ttlKnown)} never expire`,
      smallStrings >= 100 ? `${smallStrings} strings below 200 B: one hash would need less` : '',
    ]);
}

function biggest({ biggest }: KeySample): string[][] {
  return biggest.map(({ name, family, type, bytes: size, length, ttlMs }) => [
    name ?? family,
    type,
    size === undefined ? '' : bytes(size),
    length === undefined || type === 'string' ? '' : `${length} elements`,
    ttlMs === null ? 'never expires' : ttlMs === undefined ? '' : `expires in ${duration(ttlMs / 1000)}`,
  ]);
}

function streams({ streams }: KeySample): string[][] {
  return streams
    .slice(0, STREAMS_SHOWN)
    .map(({ name, family, length, groups, pending, lag }) => [
      name ?? family,
      `${length} entries`,
      `${groups} groups`,
      `${pending} pending`,
      lag === null ? '' : `${lag} not delivered`,
    ]);
}

function about(size: number | null): string {
  return size === null ? '' : `about ${bytes(size)}`;
}
