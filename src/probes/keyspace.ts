import { Info } from '../domain/info.ts';
import { defineInfoProbe } from '../domain/probe.ts';

export interface Database {
  index: number;
  keys: number;
  /** Of these, how many have an expiry. */
  expires: number;
}

const keyspace = defineInfoProbe({}, (info) => {
  const databases: Database[] = [];
  for (const [rest, value] of info.withPrefix('db')) {
    if (!/^\d+$/.test(rest)) continue;
    const parts = Info.parts(value);
    const count = (name: string) => Number(parts.get(name) ?? 0);
    databases.push({ index: Number(rest), keys: count('keys'), expires: count('expires') });
  }
  const total = (of: (database: Database) => number) => databases.reduce((sum, database) => sum + of(database), 0);
  return { keys: total(({ keys }) => keys), expires: total(({ expires }) => expires), databases };
});

/** Keys and keys with an expiry, over all logical databases and of each. */
export default { ...keyspace, fields: { keys: 'number', expires: 'number' } } satisfies typeof keyspace;
