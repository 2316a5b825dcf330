import { EXIT, reportJson } from '../domain/report.ts';
import { type DiagnoseDeps, diagnose } from '../flow/diagnose.ts';
import { chooseTarget, type LoadConfig } from './choose-target.ts';
import { type PastDeps, pastFor } from './past-for.ts';
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

export interface DiagnoseCommandDeps extends DiagnoseDeps, PastDeps {
  /** Aborted when the person wants the scan of the keys to end with what it has. */
  enough: AbortSignal;
  loadConfig: LoadConfig;
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
    const past = await pastFor(deps, chosen, ask);
    const { report } = await diagnose(deps, target, {
      seconds,
      past,
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

/** One line that is written over; nothing at all where nobody looks. */
function makeProgress(err: Terminal): { show(text: string): void; clear(): void } {
  const write = (text: string) => {
    if (err.tty) err.write(`\r\u001b[2K${text}`);
  };
  return { show: (text) => write(`${text.slice(0, err.columns - 2)} …`), clear: () => write('') };
}
