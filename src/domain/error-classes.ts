/** Error replies by their first word -> the finding that tells of them, so that nothing is told twice. */
const OWNERS: Readonly<Record<string, string>> = {
  OOM: 'the findings on memory limits (oom-…)',
  MISCONF: 'misconf-writes-blocked',
  READONLY: 'readonly-errors-misrouted-writes',
  NOREPLICAS: 'min-replicas-blocking-writes',
  LOADING: 'instance-loading',
  BUSY: 'lua-script-blocking',
  UNKILLABLE: 'lua-script-blocking',
  NOTBUSY: 'lua-script-blocking',
  MASTERDOWN: 'replica-link-down',
  MOVED: 'cluster-redirect-storm',
  ASK: 'cluster-redirect-storm',
  TRYAGAIN: 'cluster-redirect-storm',
  CROSSSLOT: 'cluster-redirect-storm',
  CLUSTERDOWN: 'cluster-state-fail',
  NOAUTH: 'auth-failures',
  WRONGPASS: 'auth-failures',
  NOPERM: 'acl-denials',
};

/** The finding that an error belongs to; undefined for those that only an application can mend. */
export function ownerOf(code: string): string | undefined {
  return OWNERS[code];
}

const CAUSES: Readonly<Record<string, string>> = {
  WRONGTYPE: 'a command meets a key of another type: two programs share a name, or one changed',
  NOSCRIPT: 'EVALSHA of a script that the server does not hold: its cache was flushed or is too small',
  EXECABORT: 'a transaction is given up because a command in it was refused',
  BUSYGROUP: 'a consumer group is created that exists already',
  NOGROUP: 'a consumer group or its stream is gone',
  ERR: 'a command is unknown, has wrong arguments or does not apply',
};

/** What an error usually means, for people. */
export function causeOf(code: string): string {
  return CAUSES[code] ?? 'see the log of the application';
}
