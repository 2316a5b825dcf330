/** A way to break a real server, and to mend it by hand. */
export interface Breakage {
  id: 'memory' | 'replication' | 'persistence';
  target: 'prod-cache' | 'prod-orders';
  title: string;
  /** What the Break button does, for the person in front of it. */
  how: string;
  break(): Promise<void>;
  /** Whether the cause is there, as the servers are now. */
  broken(): Promise<boolean>;
  /** Removes the cause. */
  heal(): Promise<void>;
  stop(): void;
}
