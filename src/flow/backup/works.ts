import type { AuditKind } from '../../domain/audit-event.ts';
import type { TargetName } from '../../domain/ids.ts';
import type { Clock, Servers } from '../ports.ts';
import type { Catalog } from './catalog.ts';
import type { RdbFiles, Scratch, Spool, Wire } from './ports.ts';

/** What backing up and restoring needs of the world. */
export interface Works {
  servers: Servers;
  wire: Wire;
  rdb: RdbFiles;
  scratch: Scratch;
  spool: Spool;
  catalog: Catalog;
  clock: Clock;
  /** 0 up to 1. */
  chance: () => number;
  /** For copies, for what is served and for keys that are put back; as fast as it goes when absent. */
  bytesPerSecond?: number;
  /** Puts it in the audit trail and the metrics. */
  tell: (event: BackupEvent) => Promise<void>;
}

export interface BackupEvent {
  kind: Extract<AuditKind, `backup-${string}`>;
  target: TargetName;
  run?: string;
  facts: Readonly<Record<string, unknown>>;
}
