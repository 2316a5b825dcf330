import { type Answer, answerOf, countsOf, type Kind, type Row, type Who } from './compare.ts';
import { PEERS } from './signal.ts';

export interface Measured {
  /** `Redis 7.0.15`. */
  engine: string;
  exporter: string;
  /** `2026-11-28`. */
  date: string;
  rows: readonly Row[];
  /** Scenarios that could not be provoked. */
  leftOut: readonly string[];
}

const ALL: readonly Who[] = ['redis-medic', ...PEERS];

/** The report, as it is committed. */
export function writeReport(measured: Measured): string {
  const { engine, exporter, date, rows, leftOut } = measured;
  const of = (kind: Kind) => rows.filter((row) => row.kind === kind);
  return `${[
    '# Peers on the same scenarios',
    `Measured on ${engine} with redis_exporter ${exporter} on ${date}: ${of('fault').length} faults, ${of('healthy').length} deployments that are well, ${of('note').length} that deserve a note.`,
    summary(rows),
    howOf(rows),
    `## Where a peer is better\n\n${betterPeers(rows)}`,
    `## Faults\n\n${faults(of('fault'))}`,
    `## Deployments that are well\n\nWhoever speaks here wakes somebody for nothing.\n\n${table(of('healthy'))}`,
    `## Worth a note\n\nNothing is broken; redis-medic tells these without waking anybody. They are not counted.\n\n${table(of('note'))}`,
    ...(leftOut.length > 0 ? [`Left out, as they could not be provoked here: ${leftOut.join('; ')}.`] : []),
  ].join('\n\n')}\n`;
}

function howOf(rows: readonly Row[]): string {
  const eased = rows.filter((row) => row.eased).length;
  return `Every scenario of the fault lab (\`test/lab\`) is provoked on real servers, and everybody looks at the same ones. \
\`npm run bench:peers\` measures it again and writes this file; \`-- --engine valkey-9.1\` takes another engine.

**Seen** means that something was said which is a sign of the fault that is there. **Cause named** means that what was \
said is the fault that was provoked, so that the reader knows what to repair: a server that is told to be down counts \
where its death is the cause, and is only seen where it died of something else.

What favours us: the scenarios are ours, and the tests demand of redis-medic what its column shows. Read it as what the \
peers leave open, not as a score. redis-medic is also told what a target is for, its memory limit and how many replicas \
it should have, as its configuration has it, and in ${eased} scenarios a threshold of \
its configuration is changed to fit a small server or a short window (marked with *). MEMORY DOCTOR does not look at servers that hold less than 5 MB: some \
scenarios are that small, and are marked. Small servers also seldom stop for 100 ms: on large data, or on a slower \
machine, LATENCY DOCTOR says more.

What favours the peers: how long an alert must hold (\`for:\`) is waived where there is a fault; where all is well, an \
alert that must hold on what soon passes (a link that comes up) counts as silent. Prometheus is taken to scrape every server of \
the scenario, once more when a server joins and before one is stopped, and all of that counts as the last minute, so \
alerts on change see it. The doctors are asked on every server, not only on the seeds. The latency monitor, which is \
off by default and without which LATENCY DOCTOR does not work, is on with a threshold of 100 ms. A share of a limit \
that is not set never fires. System metrics, off by default in redis_exporter, are on. Alerts that count masters see servers that \
are named as standalone as a deployment each. The alert on fewer than five clients is in no column: it fires on nearly \
every server of a lab.

What this does not measure: alerts run all day and keep history, a diagnosis is asked for or comes with an alert; the \
two go together, and Alertmanager may start redis-medic. The alert rules are functions of our own after the published \
ones, without a PromQL engine. A busy machine adds spikes to \
what the latency monitor remembers, and LATENCY DOCTOR and redis-medic both tell those: where anybody raised a false alarm while the machine paused, \
the scenario was provoked once more, and the second time counts for everybody. Even so, runs on a busy machine differ by a few cells, most of all in the \
columns of LATENCY DOCTOR and of redis-medic.`;
}

function summary(rows: readonly Row[]): string {
  const count = (kind: Kind) => rows.filter((row) => row.kind === kind).length;
  const lines = ALL.map((who) => {
    const { seen, named, falseAlarms } = countsOf(rows, who);
    return line([who, seen, named, falseAlarms]);
  });
  const [faulty, well] = [count('fault'), count('healthy')];
  return [
    line(['', `seen, of ${faulty}`, `cause named, of ${faulty}`, `false alarms, of ${well}`]),
    '| --- | ---: | ---: | ---: |',
    ...lines,
  ].join('\n');
}

function betterPeers(rows: readonly Row[]): string {
  const better = rows.flatMap((row) =>
    PEERS.filter((peer) => worth(row.peers[peer]) > worth(row.ours)).map(
      (peer) => `- ${row.name}: ${peer} ${cell(row.peers[peer])}, redis-medic ${cell(row.ours)}.`,
    ),
  );
  const equal = rows.filter(
    (row) =>
      row.kind === 'fault' && row.ours.grade === 'names' && PEERS.some((peer) => row.peers[peer].grade === 'names'),
  );
  const none = 'In no scenario of this run did a peer say more than redis-medic.';
  return `${better.length > 0 ? better.join('\n') : none}\n\nIn ${equal.length} faults a peer names the cause as well as redis-medic does: there one command or one alert is enough.`;
}

function worth({ grade }: Answer): number {
  return { names: 3, sees: 2, silent: 1, 'beside the point': 1, 'false alarm': 0 }[grade];
}

function faults(rows: readonly Row[]): string {
  return table(rows, (row) => {
    const naming = ALL.filter((who) => answerOf(row, who).grade === 'names');
    return naming.length > 0 ? naming.join(', ') : 'nobody';
  });
}

function table(rows: readonly Row[], last?: (row: Row) => string): string {
  const head = ['area', 'scenario', ...ALL, ...(last ? ['who names the cause'] : [])];
  const lines = rows.map((row) => {
    const answers = ALL.map((who) => cellOf(row, who));
    return line([row.family, row.name, ...answers, ...(last ? [last(row)] : [])]);
  });
  return [line(head), line(head.map(() => '---')), ...lines].join('\n');
}

function cellOf(row: Row, who: Who): string {
  const text = cell(answerOf(row, who));
  if (who === 'redis-medic') return `${row.ours.verdict}; ${text}${row.eased ? ' *' : ''}`;
  return who === 'MEMORY DOCTOR' && text === 'silent' && row.tooSmall ? 'silent (under 5 MB)' : text;
}

function cell({ grade, said }: Answer): string {
  return grade === 'silent' ? 'silent' : `${grade}: ${said.join(', ')}`;
}

function line(cells: readonly (string | number)[]): string {
  return `| ${cells.map((one) => String(one).replaceAll('|', '\\|')).join(' | ')} |`;
}
