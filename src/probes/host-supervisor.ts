import { defineHostProbe, file } from '../domain/host-probe.ts';
import { containerOf } from '../domain/host-process.ts';
import { wholeNumber } from '../domain/proc-text.ts';
import { systemdSeconds } from '../domain/systemd-time.ts';

/** The properties that are asked for; ExecStart and the environment may hold passwords and are not. */
const PROPERTIES = [
  'LoadState',
  'SubState',
  'Type',
  'NotifyAccess',
  'Restart',
  'RestartUSec',
  'NRestarts',
  'TimeoutStartUSec',
  'TimeoutStopUSec',
  'LimitNOFILE',
  'OOMScoreAdjust',
];

/** The systemd unit of the server. */
export interface Unit {
  name: string;
  type: string;
  subState: string;
  /** When it is started again: `no`, `always`, `on-failure` … */
  restart: string;
  /** Seconds between its end and the next start. */
  restartAfter: number | undefined;
  /** How often it was started again since systemd loaded it. */
  restarts: number | undefined;
  /** Seconds that it may take; Infinity when it is waited for. */
  startTimeout: number | undefined;
  stopTimeout: number | undefined;
  nofile: number | undefined;
  oomScoreAdjust: number | undefined;
}

/** What starts the server and starts it again. */
export default defineHostProbe({
  sampled: 'once',
  asks: {
    cgroup: file('/proc/{pid}/cgroup'),
    unit: ['systemctl', 'show', '-p', PROPERTIES.join(','), '{unit}'],
  },
  read(answers) {
    const container = containerOf(answers.need('cgroup'));
    const [shown] = answers.all('unit');
    const unit = shown && unitOf(shown.about, shown.text);
    return {
      kind: container ?? (unit ? ('systemd' as const) : ('unknown' as const)),
      unit,
      /** True when it comes back by itself within seconds; undefined where that is not known. */
      restartsAtOnce: container === 'kubernetes' ? true : unit && unit.restart !== 'no',
    };
  },
});

function unitOf(name: string, text: string): Unit | undefined {
  const properties = new Map(text.split('\n').map((line) => [line.replace(/=.*/, ''), line.replace(/^[^=]*=/, '')]));
  const seconds = (property: string) => systemdSeconds(properties.get(property));
  if (properties.get('LoadState') !== 'loaded') return undefined;
  return {
    name,
    type: properties.get('Type') ?? '',
    subState: properties.get('SubState') ?? '',
    restart: properties.get('Restart') ?? 'no',
    restartAfter: seconds('RestartUSec'),
    restarts: wholeNumber(properties.get('NRestarts')),
    startTimeout: seconds('TimeoutStartUSec'),
    stopTimeout: seconds('TimeoutStopUSec'),
    nofile: wholeNumber(properties.get('LimitNOFILE')),
    oomScoreAdjust: wholeNumber(properties.get('OOMScoreAdjust')),
  };
}
