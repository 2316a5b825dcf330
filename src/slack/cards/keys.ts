import type { KnownBlock } from '@slack/types';
import { coverage, type KeySample } from '../../domain/keys/key-sample.ts';
import type { KeyScan } from '../../domain/keys/key-scan.ts';
import { bytes, percent } from '../../domain/units.ts';
import { button } from '../blocks/buttons.ts';
import { fitting } from '../blocks/fitting.ts';
import { actions, context, header, table } from '../blocks/layout.ts';
import { bold, bullets, line, rich, text } from '../blocks/rich.ts';
import { markup } from '../blocks/text.ts';
import { type Card, card } from './card.ts';

interface Level {
  samples: number;
  families: number;
  biggest: number;
}

const LEVELS: readonly [Level, ...Level[]] = [
  { samples: 4, families: 10, biggest: 8 },
  { samples: 2, families: 6, biggest: 5 },
  { samples: 1, families: 3, biggest: 3 },
];

/** How far a scan of the keys is, or what it saw: a sample is never told as proof. */
export function keysCard(scan: KeyScan): Card {
  const samples = Object.values(scan.progress).map(({ sample }) => sample);
  if (scan.state === 'running') return running(scan, samples);
  const title = `Keys of ${scan.target}`;
  const blocks = fitting(LEVELS, (level) => [
    header(title),
    ...(scan.trouble === null ? [] : [rich(line(text(scan.trouble, 500)))]),
    ...samples.slice(0, level.samples).flatMap((sample, at) => told(sample, level, at === 0)),
  ]);
  const first = samples[0];
  return card(markup`${title}: ${first ? coverage(first) : (scan.trouble ?? 'nothing was seen')}`, blocks);
}

function running(scan: KeyScan, samples: readonly KeySample[]): Card {
  const seen = samples.reduce((sum, sample) => sum + sample.seen, 0);
  const total = samples.reduce((sum, sample) => sum + sample.total, 0);
  const far = total === 0 ? 'it begins' : `${seen} of ${total} keys`;
  const stop = scan.cancelRequested
    ? context(markup`It was asked to stop and keeps what it has.`)
    : actions(button('stopkeys', { incident: scan.incident }, { label: 'Enough' }));
  return card(markup`Sampling the keys of ${scan.target}: ${far}`, [
    rich(line(bold(`Sampling the keys of ${scan.target}`), text(`: ${far}`))),
    stop,
  ]);
}

/** One message may have one table, so the first server's families get it. */
function told(sample: KeySample, level: Level, first: boolean): KnownBlock[] {
  const families = sample.families.slice(0, level.families);
  const rows = families.map(({ family, keys, bytes: size, withoutTtl, ttlKnown }) => [
    family,
    String(keys),
    size === null ? '' : bytes(size),
    ttlKnown === 0 ? '' : percent(withoutTtl / ttlKnown),
  ]);
  return [
    rich(line(bold(sample.node), text(` ${coverage(sample)}`, 300)), bullets(...notes(sample, level))),
    ...(first && rows.length > 0 ? [table([['family', 'keys', 'about', 'never expire'], ...rows], 60)] : []),
  ];
}

function notes(sample: KeySample, level: Level) {
  const types = sample.types.map(({ type, keys }) => `${keys} ${type}`).join(', ');
  const biggest = sample.biggest
    .slice(0, level.biggest)
    .map(
      ({ name, family, type, bytes: size, length }) =>
        `${name ?? family} (${type}, ${size === undefined ? `${length ?? '?'} elements` : bytes(size)})`,
    );
  const small = sample.families.filter(({ smallStrings }) => smallStrings >= 100);
  const pending = sample.streams.filter((stream) => stream.pending > 0);
  return [
    line(text(`Types: ${types || 'none'}`, 300)),
    ...(biggest.length > 0 ? [line(text(`Biggest: ${biggest.join('; ')}`, 600))] : []),
    ...(small.length > 0
      ? [
          line(
            text(
              `Small strings that one hash would hold cheaper: ${small.map(({ family }) => family).join(', ')}`,
              300,
            ),
          ),
        ]
      : []),
    ...(pending.length > 0
      ? [
          line(
            text(
              `Streams with pending entries: ${pending.map(({ family, pending: count }) => `${family} ${count}`).join(', ')}`,
              300,
            ),
          ),
        ]
      : []),
    ...(sample.idle && sample.idle.keys > 0 ? [line(text(`Not used for a day: ${sample.idle.keys} keys`))] : []),
    ...(sample.denied.length > 0 ? [line(text(`Not allowed, so not told: ${sample.denied.join(', ')}`, 300))] : []),
  ];
}
