import type { BusyCommand, CommandLoad, LargeCalls, SlowCalls } from '../../domain/command-load.ts';
import { printable } from '../../domain/printable.ts';
import { bytes, duration, milliseconds, percent } from '../../domain/units.ts';
import { columns, wrap } from './layout.ts';

const SLOW_SHOWN = 5;
const LARGE_SHOWN = 3;
const BUSIEST_SHOWN = 3;

/** Below this share of one core nobody asks which command it was. */
const WORTH_TELLING = 0.05;

/** What commands cost one server: who was slow, with what to use instead, and what takes the time. Empty where all is quick. */
export function renderLoad(load: CommandLoad, width: number): string[] {
  const busiest = load.busiest.filter(({ share }) => share >= WORTH_TELLING).slice(0, BUSIEST_SHOWN);
  return [
    ...slowLines(load.slow.slice(0, SLOW_SHOWN), load.logSeconds, width),
    ...largeLines(load.large.slice(0, LARGE_SHOWN), load.logSeconds, width),
    ...(busiest.length === 0 ? [] : [`Time of the server, over ${duration(load.seconds)}:`]),
    ...indent(columns(busiest.map(busyRow))),
  ];
}

function slowLines(slow: readonly SlowCalls[], seconds: number, width: number): string[] {
  if (slow.length === 0) return [];
  const lines = slow.flatMap((calls) => {
    const { shape, caller, count, maxMs, totalMs, share } = calls;
    const cost = share < 0.01 ? milliseconds(totalMs) : `${milliseconds(totalMs)} (${percent(share)} of the time)`;
    const what = `${shape}: ${times(count)}, up to ${milliseconds(maxMs)}, in all ${cost}, by ${printable(caller)}`;
    return [...wrap(printable(what), width - 2), ...instead(calls, width)];
  });
  return [`Slow commands of the last ${duration(seconds)}:`, ...indent(lines)];
}

function largeLines(large: readonly LargeCalls[], seconds: number, width: number): string[] {
  if (large.length === 0) return [];
  const lines = large.flatMap((calls) => {
    const { shape, caller, count, kind, maxBytes } = calls;
    const what = `${shape}: ${times(count)}, ${kind} of up to ${bytes(maxBytes)}, by ${printable(caller)}`;
    return [...wrap(printable(what), width - 2), ...instead(calls, width)];
  });
  return [`Large requests and replies of the last ${duration(seconds)}:`, ...indent(lines)];
}

function instead({ instead }: SlowCalls | LargeCalls, width: number): string[] {
  return instead === null ? [] : indent(wrap(`instead: ${instead}`, width - 4));
}

function busyRow({ command, calls, share, p50Ms, p99Ms }: BusyCommand): string[] {
  const took =
    p99Ms === null || p50Ms === null ? '' : `half within ${milliseconds(p50Ms)}, 99 % within ${milliseconds(p99Ms)}`;
  return [printable(command.toUpperCase()), percent(share), `${calls} ${calls === 1 ? 'call' : 'calls'}`, took];
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line.trimEnd()}`);
}
