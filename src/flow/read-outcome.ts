import { NotAnswered } from '../domain/probe.ts';
import type { ProbeOutcome } from '../domain/snapshot.ts';

/** Another moment, and how long before. */
export interface Earlier {
  read: () => unknown;
  seconds: number;
}

/** What a probe saw now and, where that can be read as well, before. */
export function readOutcome(now: () => unknown, earlier: Earlier | undefined): ProbeOutcome {
  try {
    const reading = { now: now(), seconds: 0 };
    const before = earlier && attempt(earlier.read);
    if (!before) return { kind: 'read', reading };
    return { kind: 'read', reading: { ...reading, before: before.value, seconds: earlier.seconds } };
  } catch (error) {
    if (error instanceof NotAnswered) return { kind: 'unanswered', reason: error.message };
    // A reply that breaks a probe is our bug, but it must not hide what the others see.
    return {
      kind: 'unanswered',
      reason: `the probe failed: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function attempt(read: () => unknown): { value: unknown } | undefined {
  try {
    return { value: read() };
  } catch {
    return undefined;
  }
}
