import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Log, Meter } from '../flow/ports.ts';

interface Declared {
  help: string;
  labels?: readonly string[];
  /** Makes it a histogram, with these upper bounds in seconds. */
  buckets?: number[];
  /** Makes it a gauge. */
  gauge?: true;
}

/** Every metric of ours. Label values come from small closed sets, never from alerts or servers. */
export const METRICS = {
  redis_medic_alerts_total: { help: 'Alerts received, by what became of them.', labels: ['source', 'outcome'] },
  redis_medic_diagnoses_total: { help: 'Diagnoses made, by verdict.', labels: ['verdict'] },
  redis_medic_diagnosis_seconds: { help: 'Time from first to last sample.', buckets: [0.5, 1, 2, 3, 5, 10, 20, 60] },
  redis_medic_samples_total: { help: 'Samples of servers that are watched, by outcome.', labels: ['outcome'] },
  redis_medic_findings_raised_total: {
    help: 'Findings that opened or joined a thread by themselves.',
    labels: ['severity'],
  },
  redis_medic_proposals_total: { help: 'Proposals made, by playbook.', labels: ['playbook'] },
  redis_medic_votes_total: { help: 'Votes and refused clicks, by answer.', labels: ['verdict'] },
  redis_medic_runs_total: { help: 'Runs ended, by end state or verdict.', labels: ['state'] },
  redis_medic_backup_age_seconds: {
    help: 'Age of the newest backup that is not broken.',
    labels: ['target'],
    gauge: true,
  },
  redis_medic_backup_bytes: { help: 'Size of all backups that are kept.', labels: ['target'], gauge: true },
  redis_medic_backups_total: { help: 'Backups, by what became of them.', labels: ['outcome'] },
  redis_medic_slack_messages_total: { help: 'Attempts to post or edit a message, by outcome.', labels: ['outcome'] },
  redis_medic_approve_to_command_seconds: {
    help: 'Time from the deciding vote to the first command sent.',
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300],
  },
} as const satisfies Readonly<Record<string, Declared>>;

export interface Metrics extends Meter {
  /** The text that Prometheus scrapes. */
  render(): Promise<string>;
}

/** An undeclared name or label is a bug: `strict` (tests) throws it, otherwise it is logged and nothing is counted. */
export function makeMetrics({ log, strict }: { log: Log; strict: boolean }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  const gauges = new Map<string, Gauge>();
  for (const [name, { help, labels = [], buckets, gauge }] of Object.entries<Declared>(METRICS)) {
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    if (gauge) gauges.set(name, new Gauge(options));
    else if (buckets) histograms.set(name, new Histogram({ ...options, buckets }));
    else counters.set(name, new Counter(options));
  }
  const guarded = (metric: string, record: () => void) => {
    try {
      record();
    } catch (error) {
      if (strict) throw error;
      log.warn({ metric, error }, 'metric not recorded');
    }
  };
  return {
    count: (metric, labels = {}) => guarded(metric, () => declared(counters, metric).inc({ ...labels })),
    observe: (metric, value, labels = {}) =>
      guarded(metric, () => declared(histograms, metric).observe({ ...labels }, value)),
    set: (metric, value, labels = {}) => guarded(metric, () => declared(gauges, metric).set({ ...labels }, value)),
    render: () => registry.metrics(),
  };
}

function declared<T>(metrics: ReadonlyMap<string, T>, name: string): T {
  const metric = metrics.get(name);
  if (!metric) throw new Error(`${name} is not declared in src/io/metrics.ts`);
  return metric;
}
