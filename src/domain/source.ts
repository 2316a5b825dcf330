import type { Signal } from './signal.ts';

/** What became of one alert of a webhook body. */
export type Sighting = { kind: 'signal'; signal: Signal } | { kind: 'rejected'; reason: string };

/**
 * An alert sender. Its file name is the last part of its webhook path: `/hooks/<id>`.
 * `read` takes the parsed JSON body as untrusted data and answers for each alert alone;
 * a string says why the body as a whole is not one of this sender's.
 */
export interface Source {
  read(body: unknown): readonly Sighting[] | string;
}

export function defineSource(source: Source): Source {
  return source;
}
