const UNITS: Readonly<Record<string, number>> = {
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  min: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  month: 2_629_800,
  y: 31_557_600,
};

/** A span as systemctl prints it, such as `1min 30s`, in seconds; Infinity for `infinity`, undefined for anything else. */
export function systemdSeconds(text: string | undefined): number | undefined {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  if (text === '0') return 0;
  const parts = text?.split(' ').map((part) => /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(part)) ?? [];
  let seconds = 0;
  for (const part of parts) {
    const unit = UNITS[part?.[2] ?? ''];
    if (unit === undefined) return undefined;
    seconds += Number(part?.[1]) * unit;
  }
  return parts.length === 0 ? undefined : seconds;
}
