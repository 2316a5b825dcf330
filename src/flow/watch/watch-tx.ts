import type { TargetName } from '../../domain/ids.ts';
import type { KeptSample } from '../../domain/kept-sample.ts';
import type { Point } from '../../domain/series.ts';
import type { Standing } from '../../domain/standing.ts';

/** What `watch` keeps in the store. */
export interface WatchTx {
  /** Keeps the newest full sample of a node and, for a server that holds data, a point of its series. */
  keepSample(target: TargetName, node: string, sample: KeptSample, point?: Point): Promise<void>;
  /** The newest full sample of each node, by its name. */
  samplesOf(target: TargetName): Promise<Map<string, KeptSample>>;
  /** When the newest sample of each node was taken, by target and node name. */
  sampledAt(targets: readonly TargetName[]): Promise<Map<TargetName, Map<string, number>>>;
  /** Forgets the samples, not the series, of these nodes. */
  forgetSamples(target: TargetName, nodes: readonly string[]): Promise<void>;
  /** The series of each node from `since` on, by its name, oldest first. */
  seriesOf(target: TargetName, since: number): Promise<Map<string, Point[]>>;
  /** Thins and packs one hour of one node that is older than `before`; false when there is none. */
  packSeries(before: number): Promise<boolean>;
  /** Deletes what is older than `before`. */
  dropSeries(before: number): Promise<void>;

  standingsOf(targets: readonly TargetName[]): Promise<Map<TargetName, Standing[]>>;
  /** In place of all that there were of this target. */
  saveStandings(target: TargetName, standings: readonly Standing[]): Promise<void>;
}
