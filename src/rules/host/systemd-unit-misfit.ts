import { type Evidence, type Severity, severityRank } from '../../domain/finding.ts';
import { type ForkFacts, type MemoryFacts, saveSeconds } from '../../domain/headroom.ts';
import { defineRule } from '../../domain/rule.ts';
import { savePoints } from '../../domain/save-points.ts';
import { duration } from '../../domain/units.ts';
import clients from '../../probes/clients.ts';
import supervisor, { type Unit } from '../../probes/host-supervisor.ts';
import memory from '../../probes/memory.ts';
import persistence from '../../probes/persistence.ts';
import persistenceConfig from '../../probes/persistence-config.ts';
import config from '../../probes/process-config.ts';

interface Misfit {
  severity: Severity;
  said: string;
  explains?: readonly string[];
  evidence: Evidence;
}

/** Files that a server keeps for itself beside one for each client. */
const RESERVED = 32;
/** The save at shutdown shares the disk with everything else that stops. */
const STOP_MARGIN = 1.5;

/** The systemd unit does not fit the server: it will be killed at a stop, waited for in vain, or not come back. */
export default defineRule({
  scope: 'node',
  needs: { supervisor, config, persistence, persistenceConfig, memory, clients },
  more:
    'systemd starts, stops and restarts the server by what its unit says, and a unit that does not fit shows only in the moment when it matters. ' +
    'Usually it was written by hand, or the data outgrew its limits. ' +
    'What fits: Type=notify with supervised systemd and daemonize no, Restart=on-failure, TimeoutStopSec=infinity, LimitNOFILE above maxclients + 32 (systemctl edit UNIT, then daemon-reload).',
  check({ supervisor: { now }, config, persistence, persistenceConfig, memory, clients }) {
    const { unit } = now;
    if (!unit && now.kind === 'unknown') return { unassessed: 'no systemd unit of the server was found on its host' };
    if (!unit) return;
    const saves = savePoints(persistenceConfig.now.save).length > 0;
    const { supervised = 'no', daemonize = 'no' } = config.now;
    const misfits = [
      neverReady(unit, supervised, daemonize),
      saves ? killedWhileSaving(unit, memory.now, persistence.now) : undefined,
      fewFiles(unit, clients.now.maxclients),
      staysDown(unit),
    ]
      .filter((one) => one !== undefined)
      .toSorted((one, other) => severityRank(one.severity) - severityRank(other.severity));
    const [worst, ...others] = misfits;
    if (!worst) return;
    return {
      severity: worst.severity,
      headline: `${unit.name}: ${worst.said}${others.length > 0 ? `; ${others.map(({ said }) => said).join('; ')}` : ''}`,
      evidence: misfits.map(({ evidence }) => evidence),
      explains: misfits.flatMap(({ explains = [] }) => explains),
    };
  },
});

/** systemd is told that the server is ready by the server itself, or by the end of the process that it started. */
function neverReady(unit: Unit, supervised: string, daemonize: string): Misfit | undefined {
  if (unit.subState !== 'start') return undefined;
  const waits =
    (unit.type === 'notify' && supervised !== 'systemd' && supervised !== 'auto') ||
    (unit.type === 'forking' && daemonize !== 'yes');
  if (!waits) return undefined;
  const ends = unit.startTimeout === undefined || unit.startTimeout === Number.POSITIVE_INFINITY;
  return {
    severity: ends ? 'info' : 'warning',
    said: `systemd waits in vain for the server to report that it is ready${ends ? '' : `, and ends it after ${duration(unit.startTimeout ?? 0)}`}`,
    explains: ['crash-loop', 'recent-restart'],
    evidence: {
      field: 'Type',
      value: `${unit.type}, with supervised ${supervised} and daemonize ${daemonize}`,
      expected: 'notify with supervised systemd',
    },
  };
}

function killedWhileSaving(unit: Unit, memory: MemoryFacts, disk: ForkFacts): Misfit | undefined {
  const needed = saveSeconds(memory, disk) * STOP_MARGIN;
  if (unit.stopTimeout === undefined || unit.stopTimeout >= needed) return undefined;
  return {
    severity: 'warning',
    said: `a stop is given ${duration(unit.stopTimeout)}, and saving takes about ${duration(needed)}: the server is killed before it has saved`,
    evidence: {
      field: 'TimeoutStopUSec',
      value: duration(unit.stopTimeout),
      expected: `infinity, or > ${duration(needed)}`,
    },
  };
}

function fewFiles({ nofile }: Unit, maxclients: number | undefined): Misfit | undefined {
  if (nofile === undefined || maxclients === undefined || nofile >= maxclients + RESERVED) return undefined;
  return {
    severity: 'info',
    said: `its limit of open files leaves less than maxclients`,
    explains: ['nofile-low', 'maxclients-capped-by-ulimit'],
    evidence: { field: 'LimitNOFILE', value: String(nofile), expected: `>= ${maxclients + RESERVED}` },
  };
}

function staysDown({ restart }: Unit): Misfit | undefined {
  if (restart !== 'no') return undefined;
  return {
    severity: 'info',
    said: 'nothing starts the server again after a crash',
    evidence: { field: 'Restart', value: 'no', expected: 'on-failure' },
  };
}
