import type { State } from './state.ts';

const LOOK_MS = 50;

/** The first truthy answer of `look`, asked after every change; rejects with the name of what never came. */
export async function waitFor<T>(
  state: State,
  look: () => T,
  { timeoutMs = 10_000, what = look.toString() }: { timeoutMs?: number; what?: string } = {},
): Promise<Exclude<T, undefined | null | false>> {
  const { promise, resolve, reject } = Promise.withResolvers<Exclude<T, undefined | null | false>>();
  const check = () => {
    try {
      const seen = look();
      if (seen) resolve(seen as Exclude<T, undefined | null | false>);
    } catch (error) {
      reject(error as Error);
    }
  };
  const quiet = state.onChange(check);
  const looks = setInterval(check, LOOK_MS);
  const end = setTimeout(() => reject(new Error(`waited ${timeoutMs} ms in vain for: ${what}`)), timeoutMs);
  check();
  try {
    return await promise;
  } finally {
    quiet();
    clearInterval(looks);
    clearTimeout(end);
  }
}
