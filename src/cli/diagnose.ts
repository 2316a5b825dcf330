import { EXIT, reportJson } from '../domain/report.ts';
import type { Target } from '../domain/target.ts';
import { type DiagnoseDeps, diagnose } from '../flow/diagnose.ts';
import { NO_PAST, type Past } from '../flow/past.ts';
import { type Chosen, chooseTarget, type LoadConfig } from './choose-target.ts';
import { renderReport } from './render/report.ts';
import type { Terminal } from './render/terminal.ts';

export interface DiagnoseAsk {
  /** A target of the configuration, or a redis:// or rediss:// URL. */
  what: string;
  json: boolean;
  /** Samples the keys as well. */
  deep: boolean;
  /** Time between the two samples. */
  forMs?: number;
  /** The configuration file as given; undefined for the default one. */
  config?: string;
}

export interface DiagnoseCommandDeps extends DiagnoseDeps {
  /** Aborted when the person wants the scan of the keys to end with what it has. */
  enough: AbortSignal;
  loadConfig: LoadConfig;
  /** What the bot has kept of a target in its database, or why that cannot be had. */
  readPast(databaseUrl: string, target: Target): Promise<Past | string>;
  /** The report. */
  out: Terminal;
  /** Progress, for a person only. */
  err: Terminal;
}

/** Diagnoses one deployment and answers with the exit status; throws a Problem for wrong usage. */
export async function diagnoseCommand(deps: DiagnoseCommandDeps, ask: DiagnoseAsk): Promise<number> {
  const chosen = await chooseTarget(deps.loadConfig, ask);
  const { target, windowSeconds } = chosen;
  const seconds = ask.forMs === undefined ? windowSeconds : ask.forMs / 1000;
  const progress = makeProgress(deps.err);
  progress.show(`${target.name}: looking`);
  try {
    const past = await pastFor(deps, chosen);
    const { report } = await diagnose(deps, target, {
      seconds,
      // A window of its own was asked for.
      past: ask.forMs === undefined ? past : { ...NO_PAST, series: past.series },
      progress: (done) => progress.show(`${target.name}: ${done}`),
      ...(ask.deep && {
        deep: {
          signal: deps.enough,
          progress: (node, { sample: { seen, total } }) =>
            progress.show(`${node}: ${seen} of ${total} keys (Ctrl-C: enough)`),
        },
      }),
    });
    progress.clear();
    deps.out.write(ask.json ? `${JSON.stringify(reportJson(report), null, 2)}\n` : renderReport(report, deps.out));
    return EXIT[report.verdict];
  } finally {
    progress.clear();
  }
}

/** Without it there are two samples and no trends, which is no reason to fail. */
async function pastFor(deps: DiagnoseCommandDeps, { target, databaseUrl }: Chosen): Promise<Past> {
  if (databaseUrl === undefined) return NO_PAST;
  const past = await deps.readPast(databaseUrl, target);
  if (typeof past !== 'string') return past;
  deps.err.write(`What the bot has seen before is not known: ${past}\n`);
  return NO_PAST;
}

/** One line that is written over; nothing at all where nobody looks. */
function makeProgress(err: Terminal): { show(text: string): void; clear(): void } {
  const write = (text: string) => {
    if (err.tty) err.write(`\r\u001b[2K${text}`);
  };
  return { show: (text) => write(`${text.slice(0, err.columns - 2)} …`), clear: () => write('') };
}
