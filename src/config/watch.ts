import { z } from 'zod';
import { between } from './values.ts';

const OFF = z.literal(false);

const Every = between('1s', '1h');

/** The samples that are taken of every target. */
export const Watch = z
  .union(
    [
      z.strictObject({
        every: Every.default(15),
        /** How long their series are kept. */
        keep: between('1h', '31d').default(48 * 3600),
        /** How long a finding must stay before it opens a thread. */
        raise_after: z.union([between('0s', '1d'), OFF], 'expected a duration up to 1d, or false').default(120),
      }),
      OFF,
    ],
    'expected false, or a map of every, keep, raise_after',
  )
  .default({ every: 15, keep: 48 * 3600, raise_after: 120 });

/** What a target has in place of that. */
export const TargetWatch = z.union([z.strictObject({ every: Every }), OFF], 'expected false, or a map of every');
