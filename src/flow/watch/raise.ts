import { createHash } from 'node:crypto';
import type { Finding } from '../../domain/finding.ts';
import type { KeptSample } from '../../domain/kept-sample.ts';
import { type Signal, WATCH } from '../../domain/signal.ts';
import type { Sighting } from '../../domain/source.ts';
import type { Standing } from '../../domain/standing.ts';
import type { Target } from '../../domain/target.ts';
import { diagnose } from '../diagnose.ts';
import { forgetRefused } from '../forget-refused.ts';
import { pastOf } from '../past.ts';
import type { Ports } from '../ports.ts';
import { receive } from '../triage.ts';

/**
 * Looks at a target with everything that a diagnosis asks and raises a signal for each of these findings that is still
 * there then: a look asks too little to be sure. Answers with those that were raised.
 */
export async function raise(
  ports: Ports,
  target: Target,
  due: readonly Standing[],
  samples: ReadonlyMap<string, KeptSample>,
): Promise<Standing[]> {
  const { series } = await pastOf(ports.store, target);
  const { report } = await diagnose(ports, target, { seconds: ports.windowSeconds, past: { samples, series } });
  await forgetRefused(ports.store, target, report);
  const confirmed = due.flatMap((standing) => {
    const finding = report.findings.find(({ id, node }) => id === standing.rule && node === standing.node);
    return finding && finding.severity !== 'info' ? [{ standing, finding }] : [];
  });
  const signals = confirmed.map(({ standing, finding }) => firing(target, standing, finding));
  await receive(ports, WATCH, signals.map(sighting), target);
  for (const { finding } of confirmed) {
    ports.meter.count('redis_medic_findings_raised_total', { severity: finding.severity });
  }
  return confirmed.map(({ standing }) => standing);
}

/** Tells that these findings are gone. */
export async function resolve(ports: Ports, target: Target, over: readonly Standing[]): Promise<void> {
  const signals = over.map((standing) => resolved(target, standing));
  if (signals.length > 0) await receive(ports, WATCH, signals.map(sighting), target);
}

function sighting(signal: Signal): Sighting {
  return { kind: 'signal', signal };
}

function firing(target: Target, standing: Standing, finding: Finding): Signal {
  const { severity, headline } = finding;
  return {
    ...signalOf(target, standing),
    status: 'firing',
    startsAt: standing.since,
    summary: headline.slice(0, 2000),
    labels: { ...target.alertLabels, rule: standing.rule, node: standing.node, severity },
  };
}

function resolved(target: Target, standing: Standing): Signal {
  return {
    ...signalOf(target, standing),
    status: 'resolved',
    startsAt: standing.raised ?? standing.since,
    summary: '',
    labels: { ...target.alertLabels, rule: standing.rule, node: standing.node },
  };
}

function signalOf(target: Target, { rule, node }: Standing): Pick<Signal, 'source' | 'fingerprint' | 'name'> {
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([target.name, rule, node]))
    .digest('hex');
  return { source: WATCH, fingerprint, name: rule };
}
