import type { KnownBlock, RichTextSection } from '@slack/types';
import type { BusyCommand, CommandLoad, SlowCalls } from '../../domain/command-load.ts';
import { duration, milliseconds, percent } from '../../domain/units.ts';
import { bold, bullets, code, line, rich, text } from '../blocks/rich.ts';

/** Below this share of one core nobody asks which command it was. */
const WORTH_TELLING = 0.05;

/** Who was slow, with what to use instead, and what takes the time of a server: a few lines under the findings. */
export function commandBlocks(loads: readonly CommandLoad[], room: { items: number; chars: number }): KnownBlock[] {
  const slow = loads.flatMap((load) => load.slow.map((calls) => ({ ...calls, node: load.node })));
  const costliest = slow.toSorted((one, other) => other.totalMs - one.totalMs).slice(0, room.items);
  const busy = loads.flatMap((load) => busyLine(load, room.items) ?? []);
  const items = [...costliest.map((calls) => slowLine(calls, loads.length > 1, room.chars)), ...busy.slice(0, 2)];
  if (items.length === 0) return [];
  const since = Math.max(...loads.map(({ logSeconds }) => logSeconds));
  const title = costliest.length > 0 ? `Slow commands of the last ${duration(since)}` : 'Commands that take the time';
  return [rich(line(bold(title)), bullets(...items))];
}

function slowLine(calls: SlowCalls & { node: string }, several: boolean, chars: number): RichTextSection {
  const { shape, caller, count, maxMs, share, instead, node } = calls;
  const often = count === 1 ? 'once' : `${count} times`;
  return line(
    code(shape, 60),
    text(` by ${caller}${several ? ` on ${node}` : ''}`, chars / 2),
    text(`: ${often}, up to ${milliseconds(maxMs)}${share < 0.01 ? '' : `, ${percent(share)} of the time`}.`),
    ...(instead === null ? [] : [text(` Instead: ${instead}`, chars)]),
  );
}

function busyLine({ node, busiest, seconds }: CommandLoad, most: number): RichTextSection | undefined {
  const heavy = busiest.filter(({ share }) => share >= WORTH_TELLING).slice(0, most);
  if (heavy.length === 0) return undefined;
  const shares = heavy.map(({ command, share }) => `${command.toUpperCase()} ${percent(share)}`).join(', ');
  return line(code(node, 80), text(`: of ${duration(seconds)} went into ${shares}${slowest(heavy)}`, 300));
}

/** The 99th percentile of the window where it is long. */
function slowest(heavy: readonly BusyCommand[]): string {
  const worst = heavy.filter(({ p99Ms }) => p99Ms !== null && p99Ms >= 1);
  if (worst.length === 0) return '';
  const each = worst.map(({ command, p99Ms }) => `${command.toUpperCase()} ${milliseconds(p99Ms ?? 0)}`);
  return `; 99 % within: ${each.join(', ')}`;
}
