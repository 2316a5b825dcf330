/** What one scrape of one server told: samples of Prometheus' text format. */
export interface Scrape {
  samples: readonly Sample[];
}

interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** Samples of the text format; comments and what is no sample are passed over. */
export function parseMetrics(text: string): Scrape {
  return { samples: text.split('\n').flatMap((line) => sampleIn(line)) };
}

/** The value of a metric that a server has once; undefined when it was not told. */
export function metricIn(scrape: Scrape | undefined, name: string): number | undefined {
  return scrape?.samples.find((sample) => sample.name === name)?.value;
}

/** How often a metric is there with this label. */
export function countWith(scrape: Scrape | undefined, name: string, label: string, value: string): number {
  return scrape?.samples.filter((sample) => sample.name === name && sample.labels[label] === value).length ?? 0;
}

function sampleIn(line: string): Sample[] {
  const [, name, labels = '', text = ''] =
    /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+([+-]?(?:Inf|NaN|\d\S*))/.exec(line) ?? [];
  return name === undefined ? [] : [{ name, labels: labelsIn(labels), value: numberIn(text) }];
}

function labelsIn(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  return Object.fromEntries(pairs.map(([, label = '', value = '']) => [label, unescaped(value)]));
}

function unescaped(value: string): string {
  return value.replaceAll(/\\(.)/g, (_all, after: string) => (after === 'n' ? '\n' : after));
}

function numberIn(text: string): number {
  if (/^[+-]?Inf$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}
