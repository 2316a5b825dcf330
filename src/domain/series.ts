/** One moment of one server as `watch` keeps it: enough for trends and baselines, small enough for two days. */
export interface Point {
  /** Epoch ms. */
  at: number;
  /** A new one means that the server restarted, so that counters began again. */
  runId: string;
  role: 'primary' | 'replica';
  /** Fields of INFO by their own names; one that the version lacks is missing. */
  values: Readonly<Record<string, number>>;
}
