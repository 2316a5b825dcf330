import type { TargetName } from '../domain/ids.ts';
import { printable } from '../domain/printable.ts';
import { problem } from '../domain/problem.ts';
import { targetFromUrl } from '../domain/redis-url.ts';
import { EXIT, reportJson } from '../domain/report.ts';
import type { Target } from '../domain/target.ts';
import { type DiagnoseDeps, diagnose } from '../flow/diagnose.ts';
import { renderReport } from './render/report.ts';
import type { Terminal } from './render/terminal.ts';

/** Between the two samples, where nobody says otherwise. */
const SAMPLE_SECONDS = 2;

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
  /** Reads the configuration; only asked for when a target is named. */
  loadConfig(file?: string): Promise<{ targets: ReadonlyMap<TargetName, Target>; windowSeconds: number }>;
  /** The report. */
  out: Terminal;
  /** Progress, for a person only. */
  err: Terminal;
}

/** Diagnoses one deployment and answers with the exit status; throws a Problem for wrong usage. */
export async function diagnoseCommand(deps: DiagnoseCommandDeps, ask: DiagnoseAsk): Promise<number> {
  const { target, windowSeconds } = await choose(deps, ask);
  const seconds = ask.forMs === undefined ? windowSeconds : ask.forMs / 1000;
  const progress = makeProgress(deps.err);
  progress.show(`${target.name}: looking`);
  try {
    const { report } = await diagnose(deps, target, {
      seconds,
      progress: (done) => progress.show(`${target.name}: ${done}`),
      ...(ask.deep && {
        deep: {
          signal: deps.enough,
          progress: (node, seen, total) => progress.show(`${node}: ${seen} of ${total} keys (Ctrl-C: enough)`),
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

async function choose(
  deps: DiagnoseCommandDeps,
  { what, config }: DiagnoseAsk,
): Promise<{ target: Target; windowSeconds: number }> {
  if (what.includes('://')) return { target: targetFromUrl(what), windowSeconds: SAMPLE_SECONDS };
  const { targets, windowSeconds } = await deps.loadConfig(config);
  const target = [...targets.values()].find(({ name }) => name.toLowerCase() === what.toLowerCase());
  if (!target) throw problem('target-unknown', printable(what), [...targets.keys()]);
  return { target, windowSeconds };
}

/** One line that is written over; nothing at all where nobody looks. */
function makeProgress(err: Terminal): { show(text: string): void; clear(): void } {
  const write = (text: string) => {
    if (err.tty) err.write(`\r\u001b[2K${text}`);
  };
  return { show: (text) => write(`${text.slice(0, err.columns - 2)} …`), clear: () => write('') };
}
