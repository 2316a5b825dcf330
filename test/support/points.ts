import type { Point } from '../../src/domain/series.ts';

/** When scenes are taken; the newest kept point is one step before it. */
const TAKEN_AT = 1_800_000_000_000;

/** What `watch` kept of the one server of a scene: a value a step, the newest last. */
export function kept(
  values: readonly Readonly<Record<string, number>>[],
  {
    stepSeconds = 60,
    runId = 'run-of-127.0.0.1:6379',
    until = TAKEN_AT,
  }: Partial<{
    stepSeconds: number;
    runId: string;
    until: number;
  }> = {},
): Point[] {
  return values.map((value, at) => ({
    at: until - (values.length - at) * stepSeconds * 1000,
    runId,
    role: 'primary',
    values: value,
  }));
}
