import type { KeptBackups } from '../domain/backup.ts';
import { defineOwnProbe } from '../domain/probe.ts';

/** The backups of the target, as the place tells where they are kept. */
export default defineOwnProbe<KeptBackups>();
