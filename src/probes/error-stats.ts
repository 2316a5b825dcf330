import { Info } from '../domain/info.ts';
import { defineInfoProbe } from '../domain/probe.ts';

/** Error replies by their first word, lifetime counts. An error that never happened has no entry. */
export default defineInfoProbe({}, (info) => {
  const counts = new Map<string, number>();
  for (const [code, value] of info.withPrefix('errorstat_')) {
    const count = Number(Info.parts(value).get('count'));
    if (Number.isFinite(count)) counts.set(code, count);
  }
  return { counts };
});
