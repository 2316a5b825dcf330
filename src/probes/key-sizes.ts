import { type SizeBin, sizeBins } from '../domain/key-sizes.ts';
import { defineInfoProbe } from '../domain/probe.ts';
import { atLeast } from '../domain/server.ts';

/** How many keys of each type are how large, in powers of two and over all databases: kept by the server, not scanned for. */
export default defineInfoProbe({}, (info): { bins: SizeBin[] | undefined } => {
  const version = info.text('redis_version') ?? '0';
  if (info.text('valkey_version') !== undefined || !atLeast(version, '8.0')) return { bins: undefined };
  const bins: SizeBin[] = [];
  for (const [rest, value] of info.withPrefix('db')) bins.push(...sizeBins(rest.replace(/^\d+_/, ''), value));
  return { bins };
});
