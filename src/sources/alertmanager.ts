import { createHash } from 'node:crypto';
import { z } from 'zod';
import { printable } from '../domain/printable.ts';
import { Signal } from '../domain/signal.ts';
import { defineSource, type Sighting } from '../domain/source.ts';

const MOST_ALERTS = 1000; // Alertmanager groups; a body with more is no group that a person could read.
const MOST_LABELS = 100;

const Text = z.union([z.string(), z.number(), z.boolean()]).transform((value) => clean(String(value), 1000));

/** Lenient: an entry that is no text is dropped, not the alert. */
const Texts = z
  .record(z.string(), z.unknown())
  .catch({})
  .transform((given) => {
    const entries = Object.entries(given).slice(0, MOST_LABELS);
    return new Map(
      entries.flatMap(([name, value]) => {
        const text = Text.safeParse(value);
        return text.success ? [[clean(name, 200), text.data] as const] : [];
      }),
    );
  });

const Alert = z.object({
  status: z.enum(['firing', 'resolved'], 'status is neither firing nor resolved'),
  labels: Texts,
  annotations: Texts,
  startsAt: z.iso.datetime({ offset: true, error: 'startsAt is not a time' }),
  fingerprint: z.string().catch(''),
});

const Body = z.object({ alerts: z.array(z.unknown(), 'alerts is not a list') });

/** Alertmanager's webhook, version 4: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
export default defineSource({
  read(body) {
    const parsed = Body.safeParse(body);
    if (!parsed.success) return parsed.error.issues[0]?.message ?? 'not an Alertmanager body';
    const { alerts } = parsed.data;
    if (alerts.length > MOST_ALERTS) return `more than ${MOST_ALERTS} alerts in one body`;
    return alerts.map(sighting);
  },
});

function sighting(alert: unknown): Sighting {
  const parsed = Alert.safeParse(alert);
  if (!parsed.success) return { kind: 'rejected', reason: parsed.error.issues[0]?.message ?? 'not an alert' };
  const { status, labels, annotations, startsAt, fingerprint } = parsed.data;
  const time = Date.parse(startsAt);
  if (!Number.isFinite(time)) return { kind: 'rejected', reason: 'startsAt is not a time' };
  const signal: Signal = {
    source: 'alertmanager',
    fingerprint: clean(fingerprint, 200) || fingerprintOf(labels),
    status,
    startsAt: time,
    name: labels.get('alertname')?.slice(0, 200) || 'unnamed alert',
    summary: annotations.get('summary') || annotations.get('description') || '',
    // From entries, so that a label called __proto__ is a label.
    labels: Object.fromEntries(labels),
  };
  return { kind: 'signal', signal: Signal.parse(signal) };
}

/** Alerts with equal labels are the same alert. */
function fingerprintOf(labels: ReadonlyMap<string, string>): string {
  const sorted = [...labels].sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

/** Text of strangers on one line; PostgreSQL refuses NUL and lone surrogates. */
function clean(text: string, most: number): string {
  return printable(text.toWellFormed(), most);
}
