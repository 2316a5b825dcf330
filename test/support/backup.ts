import { BackupId, type KeptBackup, type KeptBackups, NO_BACKUPS, type Verification } from '../../src/domain/backup.ts';
import { TargetName } from '../../src/domain/ids.ts';
import { TAKEN_AT } from './scene.ts';

export const LOADED: Verification = {
  how: 'scratch',
  verdict: 'intact',
  at: TAKEN_AT,
  engine: 'redis 7.0.15',
  keys: 1000,
  expired: 0,
  said: 'redis 7.0.15 loaded it.',
};
export const READ: Verification = { how: 'structure', verdict: 'intact', at: TAKEN_AT, said: 'Read through.' };
export const BROKEN: Verification = {
  how: 'structure',
  verdict: 'broken',
  at: TAKEN_AT,
  said: 'The file was changed.',
};

/** A verified backup of an hour ago. */
export function backupOf(over: Partial<KeptBackup> = {}, hoursAgo = 1): KeptBackup {
  const takenAt = over.takenAt ?? TAKEN_AT - hoursAgo * 3600_000;
  return {
    format: 1,
    id: BackupId.parse(`bak_20270115-08${String(hoursAgo % 60).padStart(2, '0')}00-abc123`),
    target: TargetName.parse('prod'),
    node: '10.0.0.1:6379',
    names: ['10.0.0.1:6379'],
    engine: 'redis',
    engineVersion: '7.0.15',
    magic: 'REDIS',
    rdbVersion: 10,
    takenAt,
    tookMs: 1000,
    bytes: 64 * 1024 * 1024,
    sha256: 'a'.repeat(64),
    databases: [{ database: 0, keys: 1000, expiring: 0 }],
    functions: 0,
    modules: [],
    usedMemory: 128 * 1024 * 1024,
    source: { role: 'primary', keysBefore: 1000, keysAfter: 1000, replicationId: 'b'.repeat(40), offset: 1 },
    reason: { kind: 'schedule' },
    verification: LOADED,
    scratch: { engine: 'redis', version: '7.0.15' },
    ...over,
  };
}

export function kept(...backups: KeptBackup[]): KeptBackups {
  return { ...NO_BACKUPS, place: 'the folder /backups', backups, serve: { host: '10.0.0.9', port: 7379 } };
}
