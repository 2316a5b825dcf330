/** Figures as people read them. */

const STEPS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `104857600` -> `100 MiB`; one decimal below 10. */
export function bytes(value: number): string {
  let at = 0;
  let left = Math.abs(value);
  while (left >= 1024 && at < STEPS.length - 1) {
    left /= 1024;
    at += 1;
  }
  const shown = at > 0 && left < 10 ? left.toFixed(1).replace(/\.0$/, '') : String(Math.round(left));
  return `${value < 0 ? '-' : ''}${shown} ${STEPS[at]}`;
}

/** Seconds -> `45 s`, `12 min`, `3 h`, `2 d`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'no limit';
  if (seconds < 120) return `${seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** `0.934` -> `93 %`. */
export function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}

/** `0.033` -> `33 us`, `4.2 ms`, `340 ms`, `12 s`. */
export function milliseconds(value: number): string {
  if (value < 1) return `${Math.round(value * 1000)} us`;
  if (value >= 10_000) return duration(value / 1000);
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} ms`;
}

/** `1250000000` -> `1.3 Gbit/s`. */
export function bitRate(bitsPerSecond: number): string {
  const [scale, unit] = bitsPerSecond >= 1e9 ? [1e9, 'G'] : bitsPerSecond >= 1e6 ? [1e6, 'M'] : [1000, 'k'];
  const value = bitsPerSecond / scale;
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} ${unit}bit/s`;
}
