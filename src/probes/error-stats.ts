import { Info } from '../domain/info.ts';
import { defineInfoProbe, growth, type Reading } from '../domain/probe.ts';

/** Error replies by their first word, lifetime counts. An error that never happened has no entry. */
export default defineInfoProbe({}, (info) => {
  const counts = new Map<string, number>();
  for (const [code, value] of info.withPrefix('errorstat_')) {
    const count = Number(Info.parts(value).get('count'));
    if (Number.isFinite(count)) counts.set(code, count);
  }
  return { counts };
});

/** Error replies with this first word between the two samples; undefined without a pair or after a reset. */
export function newErrors(reading: Reading<{ counts: ReadonlyMap<string, number> }>, code: string): number | undefined {
  return growth(reading, ({ counts }) => counts.get(code) ?? 0);
}
