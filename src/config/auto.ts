import { z } from 'zod';
import type { AutoPolicy } from '../domain/auto.ts';
import { between, read } from './values.ts';

const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** Minutes after midnight. */
const TimeOfDay = read((text) => {
  const [, hours, minutes] = TIME.exec(text) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}, 'expected a time of day from "00:00" to "23:59", in quotes');

const TimeZone = read((text) => {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}, 'expected a time zone such as Europe/Berlin or UTC');

/** What may run on a target without an approval; absent: nothing. */
export const Auto = z.strictObject({
  playbooks: z.array(z.string().min(1)).min(1),
  at_most: z.number().int().min(1).max(100).default(3),
  within: between('1m', '31d').default(24 * 3600),
  cool_down: between('1m', '31d').default(3600),
  confidence: z.enum(['high', 'medium']).default('high'),
  quiet_hours: z
    .strictObject({ from: TimeOfDay, to: TimeOfDay, time_zone: TimeZone.default('UTC') })
    .refine(({ from, to }) => from !== to, { error: 'from and to are the same time', path: ['to'] })
    .optional(),
  notice: between('0s', '15m').default(30),
});

/** The policy as the flow knows it. */
export function autoPolicy({
  at_most,
  within,
  cool_down,
  quiet_hours,
  notice,
  ...same
}: z.infer<typeof Auto>): AutoPolicy {
  const { playbooks, confidence } = same;
  return {
    playbooks,
    confidence,
    atMost: at_most,
    withinSeconds: within,
    coolDownSeconds: cool_down,
    noticeSeconds: notice,
    ...(quiet_hours && {
      quiet: { from: quiet_hours.from, to: quiet_hours.to, timeZone: quiet_hours.time_zone },
    }),
  };
}
