import type { Severity } from './finding.ts';

const MB = 1024 * 1024;

/** From which size on a key is a burden: bytes of a string, elements of a collection, bytes of any. */
export const BIG = {
  stringBytes: MB,
  elements: 10_000,
  bytes: 10 * MB,
  hugeBytes: 100 * MB,
  hugeElements: 1_000_000,
} as const;

export interface KeySize {
  /** string, hash, stream …, or the type of a module. */
  type: string;
  /** Of a collection or stream. */
  elements?: number | undefined;
  /** The value of a string, or what MEMORY USAGE says. */
  bytes?: number | undefined;
}

/** How bad a key of this size is; undefined when it is none to speak of. */
export function sizeSeverity({ type, elements = 0, bytes = 0 }: KeySize): Severity | undefined {
  if (bytes > BIG.hugeBytes || elements > BIG.hugeElements) return 'critical';
  if (bytes > BIG.bytes || elements > BIG.elements || (type === 'string' && bytes > BIG.stringBytes)) return 'warning';
  return undefined;
}
