import { createHash } from 'node:crypto';
import type { Fleet, Sight } from './fleet.ts';
import type { Gauge } from './gauges.ts';

/** An alerting rule as Prometheus has it, with its `for`. */
interface AlertRule {
  alertname: string;
  severity: 'critical' | 'warning';
  summary: string;
  holds(gauge: Gauge, before: Gauge | undefined): boolean;
}

const RULES: readonly AlertRule[] = [
  {
    alertname: 'RedisOutOfMemory',
    severity: 'critical',
    summary: 'Redis refuses writes because maxmemory is reached',
    holds: (gauge, before) => gauge.role === 'primary' && before !== undefined && gauge.errors.oom > before.errors.oom,
  },
  {
    alertname: 'RedisReplicationBroken',
    severity: 'critical',
    summary: 'A Redis replica has lost its primary',
    holds: (gauge) => gauge.link !== null && !gauge.link.up,
  },
  {
    alertname: 'RedisPersistenceBlocked',
    severity: 'critical',
    summary: 'Redis cannot save to disk and refuses writes',
    holds: (gauge) => !gauge.save.ok,
  },
];

/** Seconds that a condition must hold before it fires, and be away before it resolves. */
const FOR_SECONDS = 2;
const KEEP_FIRING_SECONDS = 4;

interface Watch {
  rule: AlertRule;
  gauge: Gauge;
  /** Epoch ms of the first look of this spell that it held. */
  since: number;
  lastHeld: number;
  firing: boolean;
}

/** Plays Prometheus and Alertmanager: watches the fleet once a second and posts firing and resolved alerts. */
export function startAlerts(
  fleet: Fleet,
  hook: { url: string; token: string; onTrouble: (why: string) => void },
): () => void {
  const watches = new Map<string, Watch>();
  let before: Sight | undefined;

  return fleet.onSight((sight) => {
    for (const rule of RULES) {
      for (const [at, gauge] of sight.gauges.entries()) {
        if (gauge.reachable) judge(rule, gauge, before?.gauges[at], sight.at);
      }
    }
    before = sight;
  });

  function judge(rule: AlertRule, gauge: Gauge, earlier: Gauge | undefined, now: number): void {
    const key = `${rule.alertname} ${gauge.address}`;
    const watch = watches.get(key);
    if (rule.holds(gauge, earlier)) {
      const held = watch ?? { rule, gauge, since: now, lastHeld: now, firing: false };
      held.lastHeld = now;
      watches.set(key, held);
      if (held.firing || now - held.since < FOR_SECONDS * 1000) return;
      held.firing = true;
      void send(held, null);
    } else if (watch && now - watch.lastHeld >= (watch.firing ? KEEP_FIRING_SECONDS * 1000 : 0)) {
      watches.delete(key);
      if (watch.firing) void send(watch, now);
    }
  }

  async function send(watch: Watch, endsAt: number | null): Promise<void> {
    try {
      const res = await fetch(hook.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${hook.token}` },
        body: JSON.stringify(bodyOf(watch, endsAt)),
        signal: AbortSignal.timeout(5000),
      });
      if (!res.ok) hook.onTrouble(`the webhook answered ${res.status}`);
    } catch (error) {
      hook.onTrouble(error instanceof Error ? error.message : String(error));
    }
  }
}

/** The body of Alertmanager's webhook, version 4. */
function bodyOf({ rule, gauge, since }: Watch, endsAt: number | null): object {
  const status = endsAt === null ? 'firing' : 'resolved';
  const labels = {
    alertname: rule.alertname,
    service: gauge.target,
    instance: gauge.address,
    severity: rule.severity,
  };
  const annotations = { summary: `${rule.summary} (${gauge.target}, ${gauge.name})` };
  return {
    version: '4',
    groupKey: `{}:{alertname="${rule.alertname}"}`,
    truncatedAlerts: 0,
    status,
    receiver: 'redis-medic',
    groupLabels: { alertname: rule.alertname },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: 'http://alertmanager.example:9093',
    alerts: [
      {
        status,
        labels,
        annotations,
        startsAt: new Date(since).toISOString(),
        endsAt: endsAt === null ? '0001-01-01T00:00:00Z' : new Date(endsAt).toISOString(),
        generatorURL: 'http://prometheus.example:9090/graph',
        fingerprint: createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16),
      },
    ],
  };
}
