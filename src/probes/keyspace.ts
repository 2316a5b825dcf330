import { Info } from '../domain/info.ts';
import { defineInfoProbe } from '../domain/probe.ts';

/** Keys and keys with an expiry, over all logical databases. */
export default defineInfoProbe({}, (info) => {
  let keys = 0;
  let expires = 0;
  for (const [rest, value] of info.withPrefix('db')) {
    if (!/^\d+$/.test(rest)) continue;
    const parts = Info.parts(value);
    keys += Number(parts.get('keys') ?? 0);
    expires += Number(parts.get('expires') ?? 0);
  }
  return { keys, expires };
});
