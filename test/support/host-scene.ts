import type { HostAccess } from '../../src/domain/target.ts';

/** A machine that may be looked at and changed. */
export const CHANGEABLE: HostAccess = {
  kind: 'ssh',
  user: 'medic-ssh',
  port: 22,
  key: 'a key',
  trusted: { keys: [] },
  remediate: { user: 'medic-host', key: 'another key', backups: '/var/backups/redis' },
};

const { remediate: _none, ...looking } = CHANGEABLE as Extract<HostAccess, { kind: 'ssh' }>;
/** One that may only be looked at. */
export const LOOKED_AT: HostAccess = looking;
