import type { Clock, Meter, Store } from '../ports.ts';
import { record } from '../record.ts';
import type { Works } from './works.ts';

/** Puts what happened to backups in the audit trail, and counts it. */
export function tellIn(store: Store, clock: Clock, meter?: Meter): Works['tell'] {
  return async ({ kind, target, run, facts }) => {
    meter?.count('redis_medic_backups_total', { outcome: kind.slice('backup-'.length) });
    await store.transaction((tx) =>
      record(tx, clock, kind, { target, ...(run !== undefined && { run }) }, undefined, facts),
    );
  };
}
